import { type Logits, LogitsError } from "../core/index.js";

/** How the numbers of one item lie in memory: channels first, channels last, or no picture. */
export type ImageLayout = "NCHW" | "NHWC" | "none";

/** What a classifier takes: rows of this shape. A negative size is open. */
export interface ClassifierInput {
  name: string;
  /** Without the rows. */
  shape: number[];
  layout: ImageLayout;
}

/** Rows × classes. */
export interface ClassScores {
  values: Logits;
  rows: number;
  classes: number;
}

/** A network that scores classes, cut before its softmax. */
export interface Classifier {
  readonly name: string;
  readonly input: ClassifierInput;
  /** What was cut off and what is assumed, in sentences. */
  readonly notes: readonly string[];
  /** values: items × the input's shape. Gives items × classes, or items × positions × classes as rows of positions. A single sigmoid z becomes (0, z). */
  run(values: Float32Array, shape: readonly number[]): Promise<ClassScores>;
  close(): Promise<void>;
}

/** [3, 224, 224] is channels first, [224, 224, 3] last; so is what has 1 channel. */
export function layoutOfShape(shape: readonly number[]): ImageLayout {
  if (shape.length !== 3) return "none";
  const channels = (size: number): boolean => size === 1 || size === 3;
  if (channels(shape[0]!)) return "NCHW";
  return channels(shape[2]!) ? "NHWC" : "none";
}

/** Scores as they left a runtime, part after part. */
export interface Scored {
  values: Float32Array;
  shape: readonly number[];
}

/**
 * Parts put together as rows × classes. The classes are the last axis: items × positions × classes (a text read letter by letter) are items × positions rows;
 * trailing axes of size 1 do not count. With `single`, one column of log-odds becomes two classes, (0, z).
 *
 * @throws "unsupported" for a map of scores: its last axis is a place.
 */
export function joinScores(name: string, parts: readonly Scored[], single: boolean): ClassScores {
  const [, ...axes] = parts[0]!.shape;
  while (axes.length > 1 && axes.at(-1) === 1) axes.pop();
  if (axes.length > 2) {
    throw new LogitsError(
      "unsupported",
      `Cannot run ${name}: its scores must be items × classes, or items × positions × classes, got items × ${axes.join(" × ")}`,
    );
  }
  const width = axes.at(-1) ?? 1;
  const values = new Float32Array(parts.reduce((sum, part) => sum + part.values.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  if (!single || width !== 1) return { values, rows: values.length / width, classes: width };
  const pairs = new Float32Array(2 * values.length);
  for (const [i, value] of values.entries()) pairs[2 * i + 1] = value;
  return { values: pairs, rows: values.length, classes: 2 };
}
