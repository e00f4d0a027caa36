import { LogitsError } from "../core/index.js";
import { bytesOf } from "../formats/index.js";
import { type NumberArray, readArrays } from "../formats/arrays.js";
import type { ClassifierInput, ImageLayout } from "./classifier.js";
import { readImage } from "./imageFile.js";
import { imageTensor, type Preprocess } from "./imageTensor.js";
import { readBytes } from "./readFile.js";

/** What a classifier is run on: so many items, read when they are needed. */
export interface Items {
  rows: number;
  ids: string[];
  /** What each item is, as its source says it: a class index, or the name of the folder it lies in. */
  labels?: (number | string)[];
  notes: string[];
  /** Items from `start` up to `end`, with their shape. */
  read(start: number, end: number): Promise<{ values: Float32Array; shape: number[] }>;
}

export interface ItemOptions {
  /** Width and height of pictures. Default: what the network says. */
  size?: readonly [number, number];
  mean?: readonly number[];
  std?: readonly number[];
  layout?: Exclude<ImageLayout, "none">;
  /** Array of an npz. Default: input, x, X, images or data, else the only one of two or more dimensions. */
  key?: string;
  labelsKey?: string;
}

/** The rows of an npy or npz. Numbers are given as they are, unless a mean or std is: then (x − mean) / std. */
export async function arrayItems(path: string, options: ItemOptions): Promise<Items> {
  const arrays = await readArrays(bytesOf(await readBytes(path), path));
  const [name, array] = chooseInput(arrays, path, options.key);
  const [rows = 0, ...shape] = array.shape;
  const width = shape.reduce((a, b) => a * b, 1);
  const labels = arrays.get(options.labelsKey ?? "labels")?.values;
  if (labels && labels.length !== rows)
    throw new LogitsError("bad-data", `Cannot use the labels of ${path}: there must be ${rows}, got ${labels.length}`);
  const { mean = [0], std = [1], layout } = options;
  const channels = layout === "NCHW" ? shape[0]! : shape.at(-1)!;
  const channelOf = (i: number): number =>
    layout === "NCHW" ? Math.floor((i % width) / (width / channels)) : i % channels;
  return {
    rows,
    ids: Array.from({ length: rows }, (_, i) => String(i)),
    ...(labels ? { labels: [...labels] } : {}),
    notes: [`Items: ${name}, ${rows} of ${shape.join(" × ")}.`],
    async read(start, end) {
      const values = Float32Array.from(array.values.subarray(start * width, end * width));
      if (options.mean || options.std) {
        for (let i = 0; i < values.length; i++) {
          const c = channelOf(i);
          values[i] = (values[i]! - (mean[c] ?? mean[0]!)) / (std[c] ?? std[0]!);
        }
      }
      return { values, shape: [end - start, ...shape] };
    },
  };
}

function chooseInput(arrays: ReadonlyMap<string, NumberArray>, path: string, key?: string): [string, NumberArray] {
  const usable = [...arrays].filter(([, { shape, type }]) => shape.length >= 2 && type !== "text");
  const names = key === undefined ? ["array", "input", "x", "X", "images", "data"] : [key];
  const found =
    usable.find(([name]) => names.includes(name)) ?? (key === undefined && usable.length === 1 ? usable[0] : undefined);
  if (found) return found;
  const got = [...arrays.keys()].join(", ") || "no array";
  throw new LogitsError(
    key === undefined && usable.length > 1 ? "ambiguous" : "bad-data",
    `Cannot run on ${path}: it must have ${key === undefined ? "one array of items" : `an array ${key}`}, got ${got}`,
    { hint: "Name it: --key KEY." },
  );
}

/** Pictures: each path, with the name of the folder it lies in where folders are classes. */
export function imageItems(
  files: readonly { path: string; id: string; folder?: string }[],
  input: ClassifierInput,
  options: ItemOptions,
): Items {
  const how = preprocessOf(input, options);
  const { width, height, channels, layout } = how;
  return {
    rows: files.length,
    ids: files.map(({ id }) => id),
    ...(files.every(({ folder }) => folder !== undefined) ? { labels: files.map(({ folder }) => folder!) } : {}),
    notes: [
      `Pictures: resized to ${width} × ${height}, ${channels === 3 ? "red, green, blue" : "luma"} as (x / 255 − ${how.mean}) / ${how.std}, ${layout}.`,
    ],
    async read(start, end) {
      const size = width * height * channels;
      const values = new Float32Array((end - start) * size);
      for (let i = start; i < end; i++)
        values.set(imageTensor(await readImage(files[i]!.path), how), (i - start) * size);
      const shape = layout === "NCHW" ? [channels, height, width] : [height, width, channels];
      return { values, shape: [end - start, ...shape] };
    },
  };
}

function preprocessOf({ shape, layout: found, name }: ClassifierInput, options: ItemOptions): Preprocess {
  const layout = options.layout ?? (found === "none" ? undefined : found);
  if (layout === undefined || shape.length !== 3) {
    throw new LogitsError(
      "bad-data",
      `Cannot give pictures to ${name}: it must take channels × height × width, or channels last, got ${shape.join(" × ") || "a number"}`,
      { hint: "Where the sizes are open: --layout NCHW or NHWC." },
    );
  }
  const [channels, height, width] = layout === "NCHW" ? shape : [shape[2], shape[0], shape[1]];
  const [toWidth, toHeight] = options.size ?? [width!, height!];
  if (toWidth < 1 || toHeight < 1) {
    throw new LogitsError("bad-data", `Cannot give pictures to ${name}: their size must be known, got an open one`, {
      hint: "Give it: --size 224 or --size 320x240.",
    });
  }
  const { mean = [0], std = [1] } = options;
  return { width: toWidth, height: toHeight, channels: channels === 1 ? 1 : 3, layout, mean, std };
}
