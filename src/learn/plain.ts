// Networks of fully connected layers in plain TypeScript: f32 parameters, f64 sums. Zeros cost nothing, so bags of words are quick.
import { LogitsError } from "../core/index.js";
import { crossEntropy, type Loss, type LossInput } from "../losses/index.js";
import { type Examples, gather, sizeOf } from "./examples.js";
import type { Network } from "./network.js";
import { isSparse, type SparseExamples } from "./sparse.js";

/** Rows of numbers in one of two forms; without `columns` every column is there. */
export interface Rows {
  count: number;
  /** Row i has the places `starts[i]` … `ends[i]` − 1. */
  starts: Int32Array;
  ends: Int32Array;
  columns: Int32Array | undefined;
  values: Float32Array | Float64Array | undefined;
}

/** Some examples, in this order; `change` may alter the numbers of dense ones. */
export function rowsOf(
  examples: Examples | SparseExamples,
  order: ArrayLike<number>,
  change?: (values: Float32Array) => void,
): Rows {
  const count = order.length;
  if (!isSparse(examples)) {
    const values = gather(examples, order);
    change?.(values);
    return denseRows(values, count, sizeOf(examples.shape));
  }
  const { starts, columns, values } = examples;
  return {
    count,
    starts: Int32Array.from(order, (row) => starts[row]!),
    ends: Int32Array.from(order, (row) => starts[row + 1]!),
    columns,
    values,
  };
}

function denseRows(values: Float32Array | Float64Array, count: number, width: number): Rows {
  const starts = Int32Array.from({ length: count }, (_, row) => row * width);
  return { count, starts, ends: starts.map((start) => start + width), columns: undefined, values };
}

/** What comes out of every layer, rows × units each; the logits last. */
export function plainForward({ layers, parameters }: Network, input: Rows): Float64Array[] {
  let x = input;
  return layers.map((layer, place) => {
    if (layer.kind === "conv" || layer.kind === "pool") throw noConvolution(layer.kind);
    const { units } = layer;
    const y = product(x, parameters[2 * place]!, parameters[2 * place + 1]!);
    if (layer.kind === "dense") for (let i = 0; i < y.length; i++) if (y[i]! < 0) y[i] = 0;
    x = denseRows(y, input.count, units);
    return y;
  });
}

export const noConvolution = (kind: string): LogitsError =>
  new LogitsError("bad-argument", `Cannot run a network plainly: its layers must be dense or linear, got ${kind}`, {
    hint: 'Leave out engine: "plain"; npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend-wasm',
  });

/** x · weights + bias. */
function product(
  { count, starts, ends, columns, values }: Rows,
  weights: Float32Array,
  bias: Float32Array,
): Float64Array {
  const units = bias.length;
  const y = new Float64Array(count * units);
  for (let row = 0; row < count; row++) {
    const to = row * units;
    const from = starts[row]!;
    y.set(bias, to);
    for (let at = from; at < ends[row]!; at++) {
      const value = values === undefined ? 1 : values[at]!;
      if (value === 0) continue;
      const column = (columns === undefined ? at - from : columns[at]!) * units;
      for (let j = 0; j < units; j++) y[to + j]! += value * weights[column + j]!;
    }
  }
  return y;
}

/** Sums of gradients, one array a parameter array. Of sparse input the first one has the rows of those columns alone that occur, in the order of `columns`. */
export interface Slopes {
  sums: Float64Array[];
  /** How many columns occur, where the input is sparse. */
  count: number;
  columns: Int32Array;
  /** 1 + the place of each column in `columns`, 0 for one that does not occur. */
  places: Int32Array;
}

export function slopesOf({ parameters, input }: Network, sparse: boolean): Slopes {
  const sums = parameters.map(({ length }, p) => new Float64Array(sparse && p === 0 ? 0 : length));
  return { sums, count: 0, columns: new Int32Array(0), places: new Int32Array(sparse ? sizeOf(input) : 0) };
}

/** The loss of rows, and their logits; its gradient in every parameter goes to `slopes`. */
export function plainGradients(
  net: Network,
  input: Rows,
  labels: Int32Array,
  loss: (input: LossInput, labels: Int32Array) => Loss = crossEntropy,
  slopes: Slopes = slopesOf(net, input.columns !== undefined),
): { loss: number; logits: Float64Array; slopes: Slopes } {
  const { layers, parameters } = net;
  const outputs = plainForward(net, input);
  const logits = outputs.at(-1)!;
  const { value, gradient } = loss({ values: logits, rows: input.count, classes: net.classes.length }, labels);
  for (const sum of slopes.sums) sum.fill(0);
  const first = input.columns ? packed(slopes, input, parameters[1]!.length) : input;
  let d = Float64Array.from(gradient);
  for (let place = layers.length - 1; place >= 0; place--) {
    const y = outputs[place]!;
    if (layers[place]!.kind === "dense") for (let i = 0; i < d.length; i++) if (y[i] === 0) d[i] = 0;
    const [weights, bias] = [slopes.sums[2 * place]!, slopes.sums[2 * place + 1]!];
    const units = bias.length;
    const x = place === 0 ? first : denseRows(outputs[place - 1]!, input.count, weights.length / units);
    addProducts(x, d, weights, bias);
    if (place > 0) d = back(d, parameters[2 * place]!, input.count, units);
  }
  return { loss: value, logits, slopes };
}

/** The rows with their columns numbered in the order in which they occur, and room for the gradients of those. */
function packed(slopes: Slopes, input: Rows, units: number): Rows {
  const { places } = slopes;
  for (let i = 0; i < slopes.count; i++) places[slopes.columns[i]!] = 0;
  const { count, starts, ends, columns, values } = input;
  let most = 0;
  for (let row = 0; row < count; row++) most += ends[row]! - starts[row]!;
  if (slopes.columns.length < most) slopes.columns = new Int32Array(most);
  const own = new Int32Array(most);
  const ownStarts = new Int32Array(count);
  const ownEnds = new Int32Array(count);
  const ownValues = values && new Float64Array(most);
  let found = 0;
  let to = 0;
  for (let row = 0; row < count; row++) {
    ownStarts[row] = to;
    for (let at = starts[row]!; at < ends[row]!; at++) {
      const column = columns![at]!;
      if (places[column] === 0) {
        slopes.columns[found] = column;
        places[column] = ++found;
      }
      if (ownValues) ownValues[to] = values[at]!;
      own[to++] = places[column]! - 1;
    }
    ownEnds[row] = to;
  }
  slopes.count = found;
  slopes.sums[0] = slopes.sums[0]!.length < found * units ? new Float64Array(found * units) : slopes.sums[0]!;
  return { count, starts: ownStarts, ends: ownEnds, columns: own, values: ownValues };
}

/** The sums with those of every column, as an optimiser that changes all weights in each step wants them. */
export function wholeSums({ parameters }: Network, { sums, count, columns, places }: Slopes): Float64Array[] {
  if (places.length === 0) return sums;
  const units = parameters[1]!.length;
  const first = new Float64Array(parameters[0]!.length);
  for (let i = 0; i < count; i++) first.set(sums[0]!.subarray(i * units, (i + 1) * units), columns[i]! * units);
  return [first, ...sums.slice(1)];
}

/** weights += xᵀ d, bias += Σ d. */
function addProducts(
  { count, starts, ends, columns, values }: Rows,
  d: Float64Array,
  weights: Float64Array,
  bias: Float64Array,
): void {
  const units = bias.length;
  for (let row = 0; row < count; row++) {
    const of = row * units;
    const from = starts[row]!;
    for (let j = 0; j < units; j++) bias[j]! += d[of + j]!;
    for (let at = from; at < ends[row]!; at++) {
      const value = values === undefined ? 1 : values[at]!;
      if (value === 0) continue;
      const column = (columns === undefined ? at - from : columns[at]!) * units;
      for (let j = 0; j < units; j++) weights[column + j]! += value * d[of + j]!;
    }
  }
}

/** d · weightsᵀ. */
function back(d: Float64Array, weights: Float32Array, count: number, units: number): Float64Array<ArrayBuffer> {
  const width = weights.length / units;
  const out = new Float64Array(count * width);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (let j = 0; j < units; j++) sum += weights[i * units + j]! * d[row * units + j]!;
      out[row * width + i] = sum;
    }
  return out;
}
