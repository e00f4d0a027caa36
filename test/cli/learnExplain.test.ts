import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { activations } from "../../src/learn/index.js";
import { type Ended, logits } from "../support/commandLine.js";
import { banded, bandedNpz, npz } from "../support/examples.js";
import { toyModel } from "../support/toyModel.js";
import { toyNetwork, toyPictures } from "../support/toyPictures.js";

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await toyModel();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const explain = (...argv: string[]): Promise<Ended> => logits("learn", "explain", folder, ...argv);
async function document(...argv: string[]): Promise<Record<string, any>> {
  const { status, out, err } = await explain(...argv, "--json");
  expect({ status, err }).toEqual({ status: 0, err: "" });
  return JSON.parse(out);
}
const row = (n: number): string[] => ["--data", at("toy.npz"), "--row", String(n)];

/** The grey picture of a row of the test part, as a PNG. */
function drawn(n: number): string {
  const png = new PNG({ width: 8, height: 8 });
  toyPictures(120, 22)
    .values.subarray(64 * n, 64 * n + 64)
    .forEach((value, i) => png.data.set([...new Array<number>(3).fill(255 * value), 255], 4 * i));
  writeFileSync(at(`${n}.png`), PNG.sync.write(png));
  return at(`${n}.png`);
}

describe("logits learn explain", () => {
  it("gives every layer's shape and strongest features, the logits, and what explain says of them", async () => {
    const found = await document(...row(4));
    const { values } = toyPictures(120, 22);
    const example = Float32Array.from(values.subarray(256, 320), (value) => Math.fround(Math.floor(255 * value) / 255));
    const layers = await activations(await toyNetwork(), example);
    expect(found["layers"].map(({ layer, shape }: Record<string, unknown>) => [layer, shape])).toEqual([
      ["conv 6 of 3 × 3", [8, 8, 6]],
      ["pool 2 × 2", [4, 4, 6]],
      ["dense 16", [16]],
      ["linear 3", [3]],
    ]);
    expect(found["logits"]).toEqual([...layers[3]!.values]);
    const pooled = layers[1]!.values;
    const means = [0, 1, 2, 3, 4, 5].map(
      (k) => pooled.filter((_, i) => i % 6 === k).reduce((sum, v) => sum + v, 0) / 16,
    );
    const strongest = found["layers"][1].strongest;
    expect(strongest).toHaveLength(4);
    expect(strongest[0].feature).toBe(means.indexOf(Math.max(...means)));
    strongest.forEach(({ feature, mean, max }: Record<string, number>) => {
      expect(mean).toBeCloseTo(means[feature!]!, 12);
      expect(max).toBe(Math.max(...pooled.filter((_, i) => i % 6 === feature)));
    });
    expect(found).toMatchObject({ example: "test/4", input: [8, 8, 1], label: "down", predicted: "down" });
    const bare = await logits(
      "explain",
      JSON.stringify(found["logits"]),
      "--classes",
      "across,down,chequered",
      "--label",
      "down",
      "--json",
    );
    for (const [name, value] of Object.entries(JSON.parse(bare.out))) expect(found[name]).toEqual(value);
    expect(found).not.toHaveProperty("calibrator");
  });

  it("sees the same in a picture file as in the data", async () => {
    const [picture, data] = [await document("--image", drawn(7)), await document(...row(7))];
    // Red, green and blue of a grey picture weigh 0.299 + 0.587 + 0.114.
    picture["logits"].forEach((z: number, k: number) => expect(z).toBeCloseTo(data["logits"][k], 4));
    expect(picture["example"]).toBe(at("7.png"));
    expect(picture).not.toHaveProperty("label");
  });

  it("draws it: the picture, layers, card and sentence, within 80 columns", async () => {
    const { status, out } = await explain(...row(4));
    expect(status).toBe(0);
    const lines = out.split("\n");
    expect(lines[0]).toBe("test/4: 8 × 8 × 1");
    expect(lines.slice(1, 5).every((line) => /^[ ░▒▓█]{8}$/.test(line))).toBe(true);
    for (const start of [
      "conv 6 of 3 × 3 → 8 × 8 × 6; ",
      "pool 2 × 2 → 4 × 4 × 6; ",
      "dense 16 → 16; ",
      "linear 3 → 3 logits",
    ])
      expect(lines.filter((line) => line.startsWith(start))).toHaveLength(1);
    expect(out).toMatch(/^#\d mean \d+\.\d\d( +#\d mean \d+\.\d\d){3}$/m);
    expect(out).toMatch(/^[▁▂▃▄▅▆▇█]{16}$/m);
    expect(out).toMatch(/^class +logit +calibrated +softmax$/m);
    expect(lines.at(-2)).toMatch(/^(leaning|confident|torn): down .* logits apart$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("divides by the temperature that is typed, else by what lies beside the network", async () => {
    const write = (name: string, content: object): void => writeFileSync(at(name), JSON.stringify(content));
    const typed = await document(...row(4), "--temperature", "2");
    expect(typed["calibrator"]).toMatchObject({ params: { temperature: 2 }, from: "--temperature" });
    typed["scaled"].forEach((z: number, k: number) => expect(z).toBeCloseTo(typed["logits"][k] / 2, 12));
    write("card.json", { calibrated: { temperature: 4 } });
    expect((await document(...row(4)))["calibrator"]).toMatchObject({ params: { temperature: 4 }, from: "card.json" });
    write("calibrator.json", { kind: "calibrator", version: 1, method: "temperature", params: { temperature: 3 } });
    const beside = await document(...row(4));
    expect(beside["calibrator"]).toMatchObject({ params: { temperature: 3 }, from: at("calibrator.json") });
    expect((await explain(...row(4))).out).toContain(
      `linear 3 → 3 logits, calibrated by T = 3 of ${at("calibrator.json")}`,
    );
    expect((await document(...row(4), "--temperature", "2"))["scaled"]).toEqual(typed["scaled"]);
    rmSync(at("card.json"));
    rmSync(at("calibrator.json"));
  });

  it.each<[string, string[], number, string]>([
    ["nothing to look at", [], 2, "needs --image X or --data DATA --row N: give one"],
    [
      "two things to look at",
      ["--image", "a.png", "--data", "b.npz"],
      2,
      "needs --image X or --data DATA --row N: give one",
    ],
    ["a picture that there is not", ["--image", "nowhere.png"], 3, "Cannot read nowhere.png: there is no such file"],
    [
      "a row of a picture",
      ["--image", "a.png", "--row", "3"],
      2,
      "--row is about --data, not about --image: leave it out",
    ],
    ["classes of a picture", ["--image", "a.png", "--classes", "a,b,c"], 2, "--classes is about --data, not about"],
    ["a seed of a picture", ["--image", "a.png", "--seed", "0"], 2, "--seed is about --data, not about --image"],
    ["another file", ["--image", "package.json"], 3, "it must be a PNG or JPEG picture, got another file"],
    ["a folder", ["--image", "src"], 3, "Cannot read src: it must be a file, got a folder"],
    ["two calibrations", ["--image", "a.png", "--temperature", "2", "--calibrator", "c.json"], 2, "give one"],
    ["a temperature of 0", ["--image", "a.png", "--temperature", "0"], 2, "--temperature must be"],
  ])("refuses %s", async (_, argv, status, message) => {
    const ended = await explain(...argv);
    expect(ended.err).toContain(message);
    expect([ended.status, ended.out]).toEqual([status, ""]);
  });

  it("says which --classes make data the network's", async () => {
    const names = Array.from({ length: 30 }, (_, i) => ["chequered", "across", "down"][i % 3]!);
    const letters = names.flatMap((name) => Array.from({ length: 9 }, (_, i) => name.codePointAt(i) ?? 0));
    writeFileSync(
      at("turned.npz"),
      npz({ images: ["|u1", [30, 8, 8], new Uint8Array(30 * 64)], labels: ["<U9", [30], Uint32Array.from(letters)] }),
    );
    const ended = await explain("--data", at("turned.npz"));
    expect(ended.err).toBe(
      `logits learn explain: Cannot use ${at("turned.npz")} for ${at("model.onnx")}: its classes must be across, down, chequered, got across, chequered, down\n  --classes across,down,chequered\n`,
    );
    expect((await explain("--data", at("turned.npz"), "--classes", "across,down,chequered")).status).toBe(0);
  });

  it("says that a network without a card may have learned from what is drawn as test examples", async () => {
    const { pixels, labels } = banded(60, [8, 8, 1], 3);
    writeFileSync(at("undivided.npz"), npz({ images: ["|u1", [60, 8, 8], pixels], labels: ["<i8", [60], labels] }));
    const note = (seed: number): string =>
      `No card.json beside ${at("model.onnx")} says which examples it learned from: the test part is drawn by seed ${seed} (--seed), so it may have seen some of them.`;
    expect((await explain("--data", at("undivided.npz"))).err).toBe(`${note(0)}\n`);
    const seven = await document("--data", at("undivided.npz"), "--seed", "7");
    expect(seven["notes"]).toEqual([note(7)]);
    writeFileSync(at("card.json"), JSON.stringify({ seed: 7 }));
    const carded = await document("--data", at("undivided.npz"));
    expect([carded["notes"], carded["example"]]).toEqual([[], seven["example"]]);
    for (const seed of [-1, 0.5, "7"]) {
      writeFileSync(at("card.json"), JSON.stringify({ seed }));
      expect((await document("--data", at("undivided.npz")))["notes"]).toEqual([note(0)]);
    }
    rmSync(at("card.json"));
    // What a source sets aside itself depends on no seed.
    expect((await document(...row(4)))["notes"]).toEqual([]);
  });

  it("refuses pictures of another size, and says which", async () => {
    writeFileSync(at("large.npz"), bandedNpz(30, [16, 16, 1], 3));
    const ended = await explain("--data", at("large.npz"));
    expect(ended).toMatchObject({ status: 3, out: "" });
    expect(ended.err).toBe(
      `logits learn explain: Cannot use ${at("large.npz")} for ${at("model.onnx")}: its examples must be 8 × 8 × 1, got 16 × 16 × 1\n`,
    );
  });

  it("refuses a row that there is not, and says how many there are", async () => {
    const ended = await explain(...row(120));
    expect(ended).toMatchObject({ status: 3, out: "" });
    expect(ended.err).toContain("must have it, counted from 0, got 120 rows");
  });
});
