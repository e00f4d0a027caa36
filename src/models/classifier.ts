import type { Logits } from "../core/index.js";

/** How the numbers of one item lie in memory: channels first, channels last, or no picture. */
export type ImageLayout = "NCHW" | "NHWC" | "none";

/** What a classifier takes: rows of this shape. A negative size is open. */
export interface ClassifierInput {
  name: string;
  /** Without the rows. */
  shape: number[];
  layout: ImageLayout;
}

/** A network that scores classes, cut before its softmax. */
export interface Classifier {
  readonly name: string;
  readonly input: ClassifierInput;
  /** What was cut off and what is assumed, in sentences. */
  readonly notes: readonly string[];
  /** values: rows × the input's shape. Gives rows × classes. A single sigmoid z becomes two classes, (0, z). */
  run(values: Float32Array, shape: readonly number[]): Promise<{ values: Logits; rows: number; classes: number }>;
  close(): Promise<void>;
}

/** [3, 224, 224] is channels first, [224, 224, 3] last; so is what has 1 channel. */
export function layoutOfShape(shape: readonly number[]): ImageLayout {
  if (shape.length !== 3) return "none";
  const channels = (size: number): boolean => size === 1 || size === 3;
  if (channels(shape[0]!)) return "NCHW";
  return channels(shape[2]!) ? "NHWC" : "none";
}

/** Scores of independent yes-or-no questions cannot be told from those of one question by their shape; one column is the log-odds of the second class. */
export function asClasses(
  values: Float32Array,
  rows: number,
  single: boolean,
): { values: Logits; rows: number; classes: number } {
  const width = values.length / rows;
  if (!single || width !== 1) return { values, rows, classes: width };
  const pairs = new Float32Array(2 * rows);
  for (let i = 0; i < rows; i++) pairs[2 * i + 1] = values[i]!;
  return { values: pairs, rows, classes: 2 };
}
