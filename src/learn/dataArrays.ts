import { LogitsError } from "../core/index.js";
import { type NumberArray, readArrays } from "../formats/arrays.js";
import { fileBytes } from "../formats/file.js";
import type { DataOptions } from "./data.js";
import type { Given } from "./dataSplit.js";
import { type Examples, sizeOf } from "./examples.js";

const valueNames = ["images", "x", "X", "data"];
const labelNames = ["labels", "y", "Y"];
const parts = { train: ["train"], validation: ["val", "validation", "valid"], test: ["test"] } as const;
/** A network of more classes than this is no small one. */
const MOST_CLASSES = 10_000;

type Arrays = Map<string, NumberArray>;
interface Found {
  part: keyof typeof parts | undefined;
  values: NumberArray & { name: string };
  labels: NumberArray & { name: string };
}

/** The arrays of an npz: train_images, train_labels … (or x_train, y_train …), or images and labels alone. Pictures: rows × height × width (× channels). */
export async function npzExamples(path: string, { classes: named }: DataOptions): Promise<Given> {
  const bytes = await fileBytes(path);
  const arrays = await readArrays(bytes).finally(() => bytes.close());
  const refuse = (what: string, hint?: string): never => {
    throw new LogitsError("bad-data", `Cannot use ${path}: ${what}`, hint === undefined ? {} : { hint });
  };
  const found = findAll(arrays, (what) => refuse(what));
  const train = found.find(({ part }) => part === "train") ?? found.find(({ part }) => part === undefined);
  if (!train)
    return refuse(
      `it must hold train_images and train_labels, or images and labels, got ${[...arrays.keys()].join(", ") || "no array"}`,
      "np.savez(path, train_images=…, train_labels=…, test_images=…, test_labels=…)",
    );
  const used = train.part === undefined ? [train] : found.filter(({ part }) => part !== undefined);
  const classes = classNames(path, used, named ?? arrays.get("classes")?.texts);
  const examples = (part: keyof typeof parts): Examples | undefined => {
    const one = used.find((candidate) => candidate.part === part);
    return one && examplesOf(path, one, classes, arrays);
  };
  const [validation, test] = [examples("validation"), examples("test")];
  return {
    name: path,
    train: examplesOf(path, train, classes, arrays),
    ...(validation && { validation }),
    ...(test && { test }),
    notes: [...notesOnBytes(used), ...notesOnOthers(path, arrays, used)],
  };
}

/** Bytes are always shares of 255: where they can hardly be meant as such, that is said. */
function notesOnBytes(found: Found[]): string[] {
  const names = found.filter(({ values }) => isBits(values)).map(({ values }) => values.name);
  if (names.length === 0) return [];
  const hold = names.length === 1 ? "holds" : "hold";
  return [
    `${names.join(" and ")} ${hold} only 0 and 1, as bytes, which are divided by 255 like all bytes: save 0 and 255, or the numbers as floats, where they are black and white.`,
  ];
}

/** Arrays of which nothing is read, though they may have been meant. */
function notesOnOthers(path: string, arrays: Arrays, used: Found[]): string[] {
  const read = new Set([
    "classes",
    ...used.flatMap(({ part, values, labels }) => [values.name, labels.name, ...idsOf(part)]),
  ]);
  const others = [...arrays.keys()].filter((name) => !read.has(name));
  return others.length === 0 ? [] : [`Left out of ${path}: ${others.join(", ")}.`];
}

const idsOf = (part: Found["part"]): string[] =>
  part === undefined ? ["ids"] : parts[part].map((prefix) => `${prefix}_ids`);

function isBits({ type, shape, values }: NumberArray): boolean {
  const isDivided = type === "u1" || (shape.length > 2 && !type.startsWith("f"));
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return isDivided && most === 1;
}

function findAll(arrays: Arrays, refuse: (what: string) => never): Found[] {
  const pick = (names: string[]): (NumberArray & { name: string }) | undefined => {
    const name = names.find((candidate) => arrays.has(candidate));
    return name === undefined ? undefined : { ...arrays.get(name)!, name };
  };
  const pair = (part: Found["part"], of: (name: string) => string[]): Found[] => {
    const [values, labels] = [pick(valueNames.flatMap(of)), pick(labelNames.flatMap(of))];
    // Half of a part that is set aside would otherwise be drawn from the training examples, unnoticed.
    if ((part === "test" || part === "validation") && (values ? !labels : labels))
      return refuse(`it must hold images and labels of its ${part} part, got ${(values ?? labels)!.name} alone`);
    return values && labels ? [{ part, values, labels }] : [];
  };
  const divided = (Object.keys(parts) as (keyof typeof parts)[]).flatMap((part) =>
    pair(part, (name) => parts[part].flatMap((prefix) => [`${prefix}_${name}`, `${name}_${prefix}`])),
  );
  return [...divided, ...pair(undefined, (name) => [name])];
}

/** As they are given; else the labels' own words, in order; else numbers up to the largest label. */
function classNames(path: string, found: Found[], named: readonly string[] | undefined): readonly string[] {
  if (named) {
    if (new Set(named).size === named.length && named.length >= 2) return named;
    throw new LogitsError(
      "bad-data",
      `Cannot use ${path}: classes must be at least 2 different names, got ${named.join(", ")}`,
    );
  }
  const texts = found.flatMap(({ labels }) => labels.texts ?? []);
  if (texts.length > 0) return [...new Set(texts)].sort();
  let most = 0;
  for (const { labels } of found) for (const label of labels.values) if (label > most) most = label;
  if (most < MOST_CLASSES) return Array.from({ length: Math.floor(most) + 1 }, (_, k) => String(k));
  throw new LogitsError(
    "bad-data",
    `Cannot use ${path}: a label must be the number of a class, below ${MOST_CLASSES.toLocaleString("en")}, got ${most}`,
  );
}

function examplesOf(
  path: string,
  { part, values, labels }: Found,
  classes: readonly string[],
  arrays: Arrays,
): Examples {
  const of = `${values.name} of ${path}`;
  const [rows = 0, ...rest] = values.shape;
  if (labels.shape.length !== 1 && !(labels.shape.length === 2 && labels.shape[1] === 1))
    throw new LogitsError(
      "bad-data",
      `Cannot use ${labels.name} of ${path}: it must be one label an example, got ${labels.shape.join(" × ") || "a single number"}`,
    );
  if (labels.shape[0] !== rows)
    throw new LogitsError(
      "bad-data",
      `Cannot use ${path}: ${labels.name} must be as many as ${values.name}, ${rows}, got ${labels.shape[0]}`,
    );
  if (rows === 0) throw new LogitsError("bad-data", `Cannot use ${of}: it must hold at least one example, got none`);
  const shape = shapeOf(of, rest);
  const ids = idsOf(part)
    .map((name) => arrays.get(name)?.texts)
    .find((texts) => texts !== undefined);
  return {
    values: numbersOf(of, values, shape),
    shape,
    labels: labelsOf(`${labels.name} of ${path}`, labels, classes),
    classes,
    ids: ids ?? Array.from({ length: rows }, (_, row) => (part === undefined ? String(row) : `${part}/${row}`)),
  };
}

/** [features], or [height, width, channels]. */
function shapeOf(of: string, rest: readonly number[]): readonly number[] {
  const said = ["rows", ...rest].join(" × ");
  if (rest.length === 0 || rest.length > 3 || sizeOf(rest) === 0)
    throw new LogitsError(
      "bad-data",
      `Cannot use ${of}: it must be rows × features or rows × height × width × channels, got ${said}`,
    );
  if (rest.length === 1) return rest;
  if (rest.length === 2) return [...rest, 1];
  const isColour = (channels: number): boolean => channels === 1 || channels === 3;
  if (isColour(rest[0]!) && !isColour(rest[2]!))
    throw new LogitsError("bad-data", `Cannot use ${of}: channels must come last, got ${said}`, {
      hint: "np.transpose(images, (0, 2, 3, 1))",
    });
  return rest;
}

/** Bytes stay bytes; whole numbers of pictures must be such. */
function numbersOf(of: string, { type, values }: NumberArray, shape: readonly number[]): Uint8Array | Float32Array {
  if (type === "text") throw new LogitsError("bad-data", `Cannot use ${of}: it must be numbers, got text`);
  if (type === "u1") return Uint8Array.from(values);
  const size = sizeOf(shape);
  const refuse = (what: string, i: number): never => {
    const row = Math.floor(i / size);
    const where = placeOf(i % size, shape);
    throw new LogitsError("bad-data", `Cannot use ${of}: ${what}, got ${values[i]} at example ${row}, ${where}`, {
      row,
    });
  };
  const numbers = Float32Array.from(values);
  const isPicture = shape.length === 3;
  const isWhole = isPicture && !type.startsWith("f");
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i])) {
      const what = isPicture ? "pixels" : "values";
      refuse(Number.isFinite(values[i]) ? `${what} must be within f32, ±3.4e38` : `${what} must be finite`, i);
    }
    if (isWhole && !(values[i]! >= 0 && values[i]! <= 255)) refuse("pixels must be 0 … 255", i);
    if (isPicture && !isWhole && !(values[i]! >= 0 && values[i]! <= 1))
      refuse("pixels must be 0 … 1, or bytes (uint8) of 0 … 255", i);
  }
  return isWhole ? Uint8Array.from(values) : numbers;
}

/** Where in an example a number stands, counted from 0. */
function placeOf(at: number, shape: readonly number[]): string {
  if (shape.length === 1) return `feature ${at}`;
  const [, width, channels] = shape as [number, number, number];
  const pixel = Math.floor(at / channels);
  const where = `row ${Math.floor(pixel / width)}, column ${pixel % width}`;
  return channels === 1 ? where : `${where}, channel ${at % channels}`;
}

function labelsOf(of: string, { texts, values }: NumberArray, classes: readonly string[]): Int32Array {
  const refuse = (label: number | string, row: number): never => {
    const wanted = texts ? `one of ${classes.join(", ")}` : `0 … ${classes.length - 1}`;
    throw new LogitsError("bad-data", `Cannot use ${of}: a label must be ${wanted}, got ${label} at example ${row}`, {
      row,
    });
  };
  const places = new Map(classes.map((name, k) => [name, k]));
  if (texts) return Int32Array.from(texts, (text, row) => places.get(text) ?? refuse(text, row));
  return Int32Array.from(values, (label, row) =>
    Number.isInteger(label) && label >= 0 && label < classes.length ? label : refuse(label, row),
  );
}
