import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { banded, bandedNpz, npz, numbers, words } from "../../test/support/examples.js";
import { hasSharedData, shared } from "../../test/support/sharedData.js";
import { openExamples } from "./data.js";

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-data-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Arrays = Parameters<typeof npz>[0];
/** An npz of 30 pictures of 4 × 4 × 3 in 3 classes, with some arrays replaced or taken away. */
function file(name: string, change: Record<string, Arrays[string] | undefined> = {}): string {
  const { pixels, labels } = banded(30, [4, 4, 3], 3);
  const arrays: Record<string, Arrays[string] | undefined> = {
    images: ["|u1", [30, 4, 4, 3], pixels],
    labels: ["<i8", [30], labels],
    ...change,
  };
  writeFileSync(at(name), npz(Object.fromEntries(Object.entries(arrays).filter(([, array]) => array)) as Arrays));
  return at(name);
}

async function refusal(name: string, options: Parameters<typeof openExamples>[1] = {}): Promise<string> {
  const error: unknown = await openExamples(name, options).then(
    () => new Error("it was read"),
    (thrown: unknown) => thrown,
  );
  expect((error as Error).message).not.toMatch(/\n/);
  return (error as Error).message.replaceAll(`${folder}/`, "");
}

describe("an npz file", () => {
  it("is divided as its arrays are, a tenth of each training class set aside for validation", async () => {
    writeFileSync(at("divided.npz"), bandedNpz(90, [4, 4, 3]));
    const { train, validation, test, notes } = await openExamples(at("divided.npz"), { seed: 7 });
    expect([train, validation, test].map(({ labels }) => labels.length)).toEqual([81, 9, 60]);
    expect([...validation.labels].sort()).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    expect(train.shape).toEqual([4, 4, 3]);
    expect(train.classes).toEqual(["0", "1", "2"]);
    expect(test.ids![59]).toBe("test/59");
    expect(new Set([...train.ids!, ...validation.ids!]).size).toBe(90);
    expect(notes[0]).toMatch(
      /^validation: a tenth of .*divided\.npz's 90 training examples, drawn by the seed \(7\)\.$/,
    );
  });

  it("keeps every example beside its label and in its order", async () => {
    writeFileSync(at("divided.npz"), bandedNpz(90, [4, 4, 3]));
    const { pixels } = banded(90, [4, 4, 3], 3);
    for (const part of Object.values(await openExamples(at("divided.npz"))).slice(1, 3) as {
      ids: string[];
      labels: Int32Array;
      values: Uint8Array;
    }[]) {
      const rows = part.ids.map((id) => Number(id.split("/")[1]));
      expect(rows).toEqual([...rows].sort((a, b) => a - b));
      rows.forEach((row, i) => {
        expect(part.labels[i]).toBe(row % 3);
        expect(part.values.subarray(i * 48, (i + 1) * 48)).toEqual(pixels.subarray(row * 48, (row + 1) * 48));
      });
    }
  });

  it("of images and labels alone is divided by the seed: the same by the same one, otherwise by another", async () => {
    const path = file("alone.npz");
    const ids = async (seed: number): Promise<(readonly string[])[]> => {
      const { train, validation, test } = await openExamples(path, { seed });
      return [train, validation, test].map((part) => part.ids!);
    };
    const first = await ids(1);
    expect(first.map(({ length }) => length)).toEqual([24, 3, 3]);
    expect(new Set(first.flat()).size).toBe(30);
    expect(await ids(1)).toEqual(first);
    expect(await ids(2)).not.toEqual(first);
  });

  it.each([
    [
      "x and y",
      {
        images: undefined,
        labels: undefined,
        x: ["|u1", [30, 4, 4, 3], banded(30, [4, 4, 3], 3).pixels],
        y: ["<i8", [30], banded(30, [4, 4, 3], 3).labels],
      },
    ],
    [
      "x_train, y_train as Keras writes them",
      {
        images: undefined,
        labels: undefined,
        x_train: ["|u1", [30, 4, 4, 3], banded(30, [4, 4, 3], 3).pixels],
        y_train: ["<i8", [30], banded(30, [4, 4, 3], 3).labels],
      },
    ],
    ["labels as words", { labels: words(Array.from({ length: 30 }, (_, i) => ["ant", "bee", "cow"][i % 3]!)) }],
    ["labels in a column", { labels: ["<i8", [30, 1], banded(30, [4, 4, 3], 3).labels] }],
    ["pixels as i4", { images: ["<i4", [30, 4, 4, 3], Int32Array.from(banded(30, [4, 4, 3], 3).pixels)] }],
  ] as [string, Parameters<typeof file>[1]][])("may have %s", async (_, change) => {
    const { train } = await openExamples(file("other.npz", change));
    const { train: usual } = await openExamples(file("usual.npz"));
    expect(train.values).toEqual(usual.values);
    expect(train.labels).toEqual(usual.labels);
  });

  it("may name its examples", async () => {
    const names = Array.from({ length: 30 }, (_, i) => `p${i}`);
    const { pixels, labels: of } = banded(30, [4, 4, 3], 3);
    const parts: Arrays = {};
    for (const part of ["train", "val", "test"]) {
      parts[`${part}_images`] = ["|u1", [30, 4, 4, 3], pixels];
      parts[`${part}_labels`] = ["<i8", [30], of];
      parts[`${part}_ids`] = words(names.map((name) => `${part[0]}${name}`));
    }
    const { train, validation, test, notes } = await openExamples(
      file("ids.npz", { images: undefined, labels: undefined, ...parts }),
    );
    expect([train, validation, test].map(({ ids }) => ids![29])).toEqual(["tp29", "vp29", "tp29"]);
    expect(notes).toEqual([]);
    expect(await refusal(file("bad.npz", { ids: words(names.slice(1)) }))).toBe(
      "Cannot use bad.npz: there must be one id an example (30), got 29",
    );
  });

  it("names its classes itself, or is told", async () => {
    const named = file("named.npz", { classes: words(["ant", "bee", "cow"]) });
    expect((await openExamples(named)).train.classes).toEqual(["ant", "bee", "cow"]);
    expect((await openExamples(named, { classes: ["a", "b", "c"] })).train.classes).toEqual(["a", "b", "c"]);
    const texts = file("texts.npz", { labels: words(Array.from({ length: 30 }, (_, i) => ["cow", "ant"][i % 2]!)) });
    const { train } = await openExamples(texts);
    expect(train.classes).toEqual(["ant", "cow"]);
    expect(Array.from(train.labels.subarray(0, 2))).toEqual([1, 0]);
  });

  it("may hold features, and grey pictures without an axis of channels", async () => {
    const features = file("features.npz", {
      images: undefined,
      x: ["<f4", [30, 5], numbers(150).map((value) => 9 * value - 4)],
    });
    expect((await openExamples(features)).train.shape).toEqual([5]);
    const grey = file("grey.npz", { images: ["|u1", [30, 4, 12], banded(30, [4, 4, 3], 3).pixels] });
    expect((await openExamples(grey)).train.shape).toEqual([4, 12, 1]);
  });

  const f4 = (change: (values: Float32Array) => void): Arrays[string] => {
    const values = numbers(30 * 48);
    change(values);
    return ["<f4", [30, 4, 4, 3], values];
  };
  const labels = (change: (values: BigInt64Array) => void): Arrays[string] => {
    const values = banded(30, [4, 4, 3], 3).labels;
    change(values);
    return ["<i8", [30], values];
  };
  /** The pictures as training and as test examples. */
  const divided = (): Parameters<typeof file>[1] => ({
    images: undefined,
    labels: undefined,
    train_images: ["|u1", [30, 4, 4, 3], banded(30, [4, 4, 3], 3).pixels],
    train_labels: labels(() => undefined),
    test_images: ["|u1", [30, 4, 4, 3], banded(30, [4, 4, 3], 3).pixels],
    test_labels: labels(() => undefined),
  });
  it.each([
    [
      "a NaN pixel",
      { images: f4((x) => (x[100] = Number.NaN)) },
      "Cannot use images of bad.npz: pixels must be finite, got NaN at example 2, row 0, column 1, channel 1",
    ],
    [
      "pixels as floats up to 255",
      { images: f4((x) => (x[100] = 255)) },
      "Cannot use images of bad.npz: pixels must be 0 … 1, or bytes (uint8) of 0 … 255, got 255 at example 2, row 0, column 1, channel 1",
    ],
    [
      "a pixel below 0",
      { images: ["<i4", [30, 4, 4, 3], Int32Array.from({ length: 30 * 48 }, (_, i) => (i === 50 ? -1 : 0))] },
      "Cannot use images of bad.npz: pixels must be 0 … 255, got -1 at example 1, row 0, column 0, channel 2",
    ],
    [
      "an infinite feature",
      { images: undefined, x: ["<f8", [30, 2], Float64Array.from({ length: 60 }, (_, i) => (i === 5 ? Infinity : i))] },
      "Cannot use x of bad.npz: values must be finite, got Infinity at example 2, feature 1",
    ],
    [
      "a feature beyond f32",
      { images: undefined, x: ["<f8", [30, 2], Float64Array.from({ length: 60 }, (_, i) => (i === 5 ? 1e39 : i))] },
      "Cannot use x of bad.npz: values must be within f32, ±3.4e38, got 1e+39 at example 2, feature 1",
    ],
    [
      "a label below 0",
      { labels: labels((y) => (y[4] = -1n)) },
      "Cannot use labels of bad.npz: a label must be 0 … 2, got -1 at example 4",
    ],
    [
      "a label that is no class",
      { labels: labels((y) => (y[4] = 10n ** 9n)) },
      "Cannot use bad.npz: a label must be the number of a class, below 10,000, got 1000000000",
    ],
    [
      "a label between two",
      { labels: ["<f8", [30], Float64Array.from({ length: 30 }, (_, i) => (i === 3 ? 0.5 : i % 2))] },
      "Cannot use labels of bad.npz: a label must be 0 … 1, got 0.5 at example 3",
    ],
    [
      "one class only",
      { labels: labels((y) => y.fill(2n)), classes: words(["ant", "bee", "cow"]) },
      "Cannot use bad.npz: there must be examples of at least 2 classes to train on, got only cow",
    ],
    [
      "fewer labels than pictures",
      { labels: ["<i8", [29], new BigInt64Array(29)] },
      "Cannot use bad.npz: labels must be as many as images, 30, got 29",
    ],
    [
      "labels as one-hot rows",
      { labels: ["<f4", [30, 3], new Float32Array(90)] },
      "Cannot use labels of bad.npz: it must be one label an example, got 30 × 3",
    ],
    [
      "channels first",
      { images: ["|u1", [30, 3, 4, 4], banded(30, [4, 4, 3], 3).pixels] },
      "Cannot use images of bad.npz: channels must come last, got rows × 3 × 4 × 4",
    ],
    [
      "no axis of features",
      { images: ["|u1", [30], new Uint8Array(30)] },
      "Cannot use images of bad.npz: it must be rows × features or rows × height × width × channels, got rows",
    ],
    [
      "pictures of words",
      { images: ["<U1", [30, 4], new Uint32Array(120)] },
      "Cannot use images of bad.npz: it must be numbers, got text",
    ],
    [
      "no examples",
      { images: ["|u1", [0, 4, 4, 3], new Uint8Array(0)], labels: ["<i8", [0], new BigInt64Array(0)] },
      "Cannot use images of bad.npz: it must hold at least one example, got none",
    ],
    [
      "no test examples",
      {
        ...divided(),
        test_images: ["|u1", [0, 4, 4, 3], new Uint8Array(0)],
        test_labels: ["<i8", [0], new BigInt64Array(0)],
      },
      "Cannot use test_images of bad.npz: it must hold at least one example, got none",
    ],
    [
      "a NaN pixel in a grey test picture",
      {
        ...divided(),
        train_images: ["|u1", [30, 4, 4], new Uint8Array(480)],
        test_images: ["<f4", [30, 4, 4], new Float32Array(480).fill(Number.NaN, 39, 40)],
      },
      "Cannot use test_images of bad.npz: pixels must be finite, got NaN at example 2, row 1, column 3",
    ],
    [
      "too few examples",
      { images: ["|u1", [2, 4, 4, 3], new Uint8Array(96)], labels: ["<i8", [2], BigInt64Array.of(0n, 1n)] },
      "Cannot use bad.npz: there must be at least 3 examples of a class to set some aside for validation, got 2 examples in all",
    ],
    [
      "other arrays",
      { images: undefined, labels: undefined, logits: ["<f4", [2], new Float32Array(2)] },
      "Cannot use bad.npz: it must hold train_images and train_labels, or images and labels, got logits",
    ],
    [
      "test pictures of another size",
      {
        ...divided(),
        test_images: ["|u1", [30, 2, 8, 3], new Uint8Array(1440)],
      },
      "Cannot use bad.npz: its test examples must be 4 × 4 × 3 as the training examples, got 2 × 8 × 3",
    ],
  ] as [string, Parameters<typeof file>[1], string][])("is refused with %s", async (_, change, message) => {
    expect(await refusal(file("bad.npz", change))).toBe(message);
  });

  it("is refused where labels are beyond the classes that were named, or these are not", async () => {
    expect(await refusal(file("two.npz"), { classes: ["ant", "bee"] })).toBe(
      "Cannot use labels of two.npz: a label must be 0 … 1, got 2 at example 2",
    );
    expect(await refusal(file("two.npz"), { classes: ["ant", "ant", "bee"] })).toBe(
      "Cannot use two.npz: classes must be at least 2 different names, got ant, ant, bee",
    );
  });

  it("is refused when there is none, or it is cut short, or something else", async () => {
    expect(await refusal(at("none.npz"))).toBe("Cannot read none.npz: there is no such file or folder");
    writeFileSync(at("half.npz"), bandedNpz(30, [4, 4, 3]).slice(0, 3000));
    expect(await refusal(at("half.npz"))).toMatch(/half\.npz/);
    for (const [content, got] of [
      ["not an archive", "another file"],
      ["", "an empty file"],
    ]) {
      writeFileSync(at("text.npz"), content!);
      expect(await refusal(at("text.npz"))).toBe(
        `Cannot read text.npz: it must be a zip archive, as an npz is, got ${got}`,
      );
    }
  });

  it("of bytes that are 0 or 1 says that they are divided by 255 like all bytes", async () => {
    const bits = Uint8Array.from({ length: 30 * 48 }, (_, i) => (i * i) % 2);
    const said = async (change: Parameters<typeof file>[1]): Promise<string[]> =>
      (await openExamples(file("bits.npz", change))).notes.filter((note) => note.includes("255"));
    const rest =
      "as bytes, which are divided by 255 like all bytes: save 0 and 255, or the numbers as floats, where they are black and white.";
    expect(await said({ images: ["|u1", [30, 4, 4, 3], bits] })).toEqual([`images holds only 0 and 1, ${rest}`]);
    expect(await said({ images: ["<i4", [30, 4, 4, 3], Int32Array.from(bits)] })).toHaveLength(1);
    expect(await said({ images: ["|u1", [30, 48], bits] })).toHaveLength(1);
    const both: Parameters<typeof file>[1] = {
      ...divided(),
      train_images: ["|u1", [30, 4, 4, 3], bits],
      test_images: ["|u1", [30, 4, 4, 3], bits],
    };
    expect(await said(both)).toEqual([`train_images and test_images hold only 0 and 1, ${rest}`]);
    for (const images of [
      ["|u1", [30, 4, 4, 3], new Uint8Array(30 * 48)],
      ["|u1", [30, 4, 4, 3], bits.map((bit) => 255 * bit)],
      ["<f4", [30, 4, 4, 3], Float32Array.from(bits)],
      ["<i4", [30, 48], Int32Array.from(bits)],
    ] as Arrays[string][])
      expect(await said({ images })).toEqual([]);
  });

  it("says which arrays are left out, and refuses half of a part that is set aside", async () => {
    const { notes } = await openExamples(
      file("more.npz", { ...divided(), x: ["|u1", [2], new Uint8Array(2)], ids: words(["a"]) }),
    );
    expect(notes).toContain(`Left out of ${at("more.npz")}: x, ids.`);
    expect(await refusal(file("half.npz", { ...divided(), test_labels: undefined }))).toBe(
      "Cannot use half.npz: it must hold images and labels of its test part, got test_images alone",
    );
    expect(await refusal(file("half.npz", { y_val: ["<i8", [30], new BigInt64Array(30)] }))).toBe(
      "Cannot use half.npz: it must hold images and labels of its validation part, got y_val alone",
    );
  });

  it.each([0.5, -1, 2 ** 32, Number.NaN])("is not divided by a seed of %s", async (seed) => {
    expect(await refusal(file("seeded.npz"), { seed })).toBe(
      `Cannot use seeded.npz: seed must be an integer 0 … 4294967295, got ${seed}`,
    );
  });

  it.skipIf(!hasSharedData)(
    "has cats, dogs and birds as they lie beside a checkout (skipped without them)",
    async () => {
      const { train, validation, test } = await openExamples(shared("cifar10-animals.npz"), {
        classes: ["cat", "dog", "bird"],
      });
      expect([train, validation, test].map(({ labels }) => labels.length)).toEqual([8100, 900, 1800]);
      expect(train.shape).toEqual([32, 32, 3]);
    },
  );
});

describe("a folder of pictures", () => {
  function picture(path: string, colour: number[], [width, height] = [6, 4]): void {
    const data = Buffer.from(Array.from({ length: width! * height! }, () => [...colour, 255]).flat());
    mkdirSync(join(path, ".."), { recursive: true });
    if (path.endsWith(".jpg"))
      return writeFileSync(path, jpeg.encode({ width: width!, height: height!, data }, 95).data);
    const png = new PNG({ width: width!, height: height! });
    data.copy(png.data);
    writeFileSync(path, PNG.sync.write(png));
  }
  function photos(name: string, below = ""): string {
    for (const [k, kind] of ["blue", "red"].entries())
      for (let i = 0; i < 5; i++)
        picture(at(`${name}/${below}${kind}/${i}.${i % 2 ? "jpg" : "png"}`), [k * 255, 10 * i, 255 - k * 255]);
    return at(name);
  }

  it("has a class in each folder, and is divided by the seed", async () => {
    const { train, validation, test, notes } = await openExamples(photos("photos"));
    expect(train).toMatchObject({ shape: [4, 6, 3], classes: ["blue", "red"] });
    expect([train, validation, test].map(({ labels }) => [...labels])).toEqual([
      [0, 0, 0, 1, 1, 1],
      [0, 1],
      [0, 1],
    ]);
    const place = train.ids!.indexOf("red/0.png");
    if (place >= 0) expect([...train.values.subarray(place * 72, place * 72 + 3)]).toEqual([255, 0, 0]);
    expect(notes).toContain("Classes are the folders: blue, red.");
  });

  it("may be divided into train and test itself", async () => {
    photos("divided", "train/");
    picture(at("divided/test/red/9.png"), [255, 0, 0]);
    picture(at("divided/test/blue/9.png"), [0, 0, 255]);
    const { train, validation, test } = await openExamples(at("divided"));
    expect([train, validation, test].map(({ labels }) => labels.length)).toEqual([8, 2, 2]);
    expect(test.ids).toEqual(["test/blue/9.png", "test/red/9.png"]);
    expect([...test.values.subarray(0, 3)]).toEqual([0, 0, 255]);
  });

  it("says what lies where nobody looks", async () => {
    const path = photos("strays", "train/");
    for (const below of ["test/red", "test/blue", "test/green", "train/red/more", "old"])
      picture(`${path}/${below}/9.png`, [1, 2, 3]);
    picture(`${path}/alone.png`, [1, 2, 3]);
    const { notes, test } = await openExamples(path);
    expect(notes).toContain("Left out: train/red/more, test/green, old, alone.png.");
    expect(test.labels).toHaveLength(2);
    for (const name of ["a", "b", "c", "d"]) picture(`${path}/test/${name}/9.png`, [1, 2, 3]);
    expect((await openExamples(path)).notes).toContain(
      "Left out: train/red/more, test/a, test/b, test/c, test/d and 3 more.",
    );
    // Of what --classes passes over somebody said so.
    const { notes: some } = await openExamples(path, { classes: ["red", "blue"] });
    expect(some.join(" ")).not.toContain("Left out");
  });

  it("may have a class that is called train", async () => {
    const path = photos("vehicles");
    for (let i = 0; i < 5; i++) picture(`${path}/train/${i}.png`, [0, 255, i]);
    const { train } = await openExamples(path);
    expect(train.classes).toEqual(["blue", "red", "train"]);
    expect(train.ids).toHaveLength(9);
  });

  it("of grey pictures has one channel; other files are counted; --classes picks folders and their order", async () => {
    for (let i = 0; i < 6; i++) picture(at(`grey/${i % 2 ? "dark" : "light"}/${i}.png`), [i, i, i]);
    mkdirSync(at("grey/empty"), { recursive: true });
    writeFileSync(at("grey/dark/notes.txt"), "");
    const { train, notes } = await openExamples(at("grey"), { classes: ["light", "dark"] });
    expect(train).toMatchObject({ shape: [4, 6, 1], classes: ["light", "dark"] });
    expect(notes).toEqual(
      expect.arrayContaining([
        "Every picture is grey: one channel.",
        "1 file is no PNG or JPEG picture, and is left out.",
      ]),
    );
  });

  it("is refused with what is wrong where", async () => {
    mkdirSync(at("empty"));
    expect(await refusal(at("empty"))).toBe(
      "Cannot use empty: it must hold a folder of pictures for each class, got none",
    );
    mkdirSync(at("hollow/cat"), { recursive: true });
    expect(await refusal(at("hollow"))).toBe("Cannot use hollow/cat: it must hold PNG or JPEG pictures, got none");
    picture(`${photos("sizes")}/red/7.png`, [1, 2, 3], [8, 4]);
    expect(await refusal(at("sizes"))).toBe(
      "Cannot use sizes/red/7.png: a picture must be 6 × 4 as sizes/blue/0.png, got 8 × 4",
    );
    writeFileSync(join(photos("text"), "red/7.png"), "no picture");
    expect(await refusal(at("text"))).toBe(
      "Cannot read text/red/7.png: it must be a PNG or JPEG picture, got another file",
    );
    writeFileSync(join(photos("half"), "red/7.png"), Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0]));
    expect(await refusal(at("half"))).toMatch(
      /^Cannot read half\/red\/7\.png: it must be a whole picture, got one that is cut short or damaged$/,
    );
    picture(at("large/cat/0.png"), [1, 2, 3], [300, 300]);
    expect(await refusal(at("large"))).toBe(
      "Cannot use large/cat/0.png: a picture must have at most 256 × 256 pixels, got 300 × 300",
    );
    for (let i = 0; i < 3; i++) picture(at(`one/cat/${i}.png`), [1, 2, 3]);
    expect(await refusal(at("one"))).toBe(
      "Cannot use one: there must be examples of at least 2 classes to train on, got only cat",
    );
    expect(await refusal(at("one"), { classes: ["cat", "dog"] })).toBe(
      "Cannot use one: it must hold the folder dog, got none",
    );
  });
});

describe("fashion-mnist", () => {
  it("comes with the package: of each class 600, 100 and 650", async () => {
    const { train, validation, test } = await openExamples("fashion-mnist");
    for (const [part, count] of [
      [train, 600],
      [validation, 100],
      [test, 650],
    ] as const) {
      const counts = Array.from({ length: 10 }, (_, k) => part.labels.filter((label) => label === k).length);
      expect(counts).toEqual(Array.from({ length: 10 }, () => count));
      expect(part.shape).toEqual([28, 28, 1]);
    }
    expect(train.classes[0]).toBe("T-shirt/top");
    expect(new Set(train.labels.subarray(0, 100)).size).toBe(10);
  });

  it("takes no --from", async () => {
    expect(await refusal("fashion-mnist", { from: "x" })).toBe(
      "Cannot use fashion-mnist: from must be left out but for cifar10-animals, got x",
    );
  });
});
