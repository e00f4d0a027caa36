import { peak, sumExp, type Top, topK as top } from "../../kernels/index.js";
import { LogitsError } from "../errors.js";
import { numberPerRow } from "./perRow.js";
import { badRow, type Floats, type Row, type Rows, type Tempered, temperatureOf, view } from "./row.js";
import type { WithOut } from "./softmax.js";

/** Where a row is highest, and whether another class is as high. */
export interface Winner {
  /** Lowest index among equals. */
  index: number;
  tie: boolean;
}

/**
 * The class of the largest logit; the lowest index among equals, and whether there were any. Taken from logits: two probabilities may round to equal.
 *
 * @example
 *     argmax([1, 3, 3])  // { index: 1, tie: true }
 */
export function argmax(z: Row): Winner {
  const from = view("argmax", z);
  const { argmax: index, tie, max } = peak(from.values as Row, 0, from.classes);
  if (Number.isNaN(max)) throw badRow(from, 0);
  return { index, tie };
}

/**
 * The k largest logits, largest first; the lowest index first among equals. A masked class is never among them.
 *
 * @param k how many, an integer ≥ 0; more than there are classes gives all.
 * @returns `indices` and `values`, both as long as what was found.
 * @example
 *     topK([0.1, 5, 3], 2)  // { indices: [1, 2], values: [5, 3] }
 */
export function topK(z: Row, k: number): Top {
  if (!Number.isInteger(k) || k < 0)
    throw new LogitsError("bad-argument", `Cannot compute topK: k must be an integer ≥ 0, got ${k}`);
  const from = view("topK", z);
  const found = top(from.values as Row, k);
  if (!found) throw badRow(from, 0);
  return found;
}

/** The largest score but one, counting equals: −Infinity when there is no other. */
function second(values: Row, start: number, end: number, winner: number): number {
  let best = -Infinity;
  for (let k = start; k < end; k++) if (k !== winner && values[k]! > best) best = values[k]!;
  return best;
}

/**
 * Margin p₁ − p₂ of softmax(z/T): how far the winner is ahead, in probability. 0 for a tie, 1 when only one class is left.
 * Computed as p₁(1 − exp((z₂ − z₁)/T)), so that it keeps its digits near a tie.
 *
 * @example
 *     margin([3.1, 2.9, -1], { temperature: 1.7 })  // 0.0561…
 */
export function margin(z: Row, options?: Tempered): number;
export function margin<Out extends Floats = Float64Array>(z: Rows, options?: WithOut<Out>): Out;
export function margin<Out extends Floats>(z: Row | Rows, options: WithOut<Out> = {}): number | Out {
  const temperature = temperatureOf("margin", options);
  return numberPerRow("margin", z, options.out, (values, start, end) => {
    const { argmax: winner, max, rest } = sumExp(values, start, end, temperature);
    return -Math.expm1((second(values, start, end, start + winner) - max) / temperature) / (1 + rest);
  });
}

/**
 * Margin between the two largest logits, z₁ − z₂: 0 for a tie, +Infinity when only one class is left.
 *
 * @example
 *     logitMargin([8.2, 1.5])  // 6.7
 */
export function logitMargin(z: Row): number;
export function logitMargin<Out extends Floats = Float64Array>(z: Rows, options?: { out?: Out }): Out;
export function logitMargin<Out extends Floats>(z: Row | Rows, options: { out?: Out } = {}): number | Out {
  return numberPerRow("logitMargin", z, options.out, (values, start, end) => {
    const { argmax: winner, max } = peak(values, start, end);
    return max - second(values, start, end, start + winner);
  });
}
