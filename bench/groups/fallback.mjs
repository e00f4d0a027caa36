// What runs where WebAssembly does not: the plain loops, against the obvious loop that anyone would write. No slower, up to noise.
import { batch } from "../data.mjs";
import { sizeOf } from "./batches.mjs";

const reference = await import("../../dist/kernels/reference.js");

export default async function* fallback() {
  for (const [rows, classes, sharp] of [
    [100_000, 10, 1.7],
    [2000, 1000, 1.4],
    [20, 131_072, 1.4],
  ]) {
    const { values, labels } = batch(rows, classes, sharp);
    const size = sizeOf(rows, classes);
    const out = new Float32Array(values.length);
    yield {
      name: "plain softmax",
      size,
      ours: () => (reference.softmaxRows(values, rows, classes, out), out[0]),
      peer: "obvious loop",
      peerRun: () => (obviousSoftmax(values, rows, classes, out), out[0]),
      goal: 1.1,
      tolerance: 1e-6,
    };
    yield {
      name: "plain NLL with derivatives",
      size,
      ours: () => reference.nllSums(values, labels, rows, classes, 0.7).nll,
      peer: "obvious loop",
      peerRun: () => obviousNll(values, labels, rows, classes, 0.7),
      goal: 1.1,
      tolerance: 1e-9,
    };
  }
}

function obviousSoftmax(values, rows, classes, out) {
  for (let row = 0; row < rows; row++) {
    let max = -Infinity;
    for (let k = 0; k < classes; k++) max = Math.max(max, values[row * classes + k]);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(values[row * classes + k] - max);
    for (let k = 0; k < classes; k++) out[row * classes + k] = Math.exp(values[row * classes + k] - max) / sum;
  }
}

function obviousNll(values, labels, rows, classes, beta) {
  let total = 0;
  let gradient = 0;
  let hessian = 0;
  let third = 0;
  for (let row = 0; row < rows; row++) {
    let max = -Infinity;
    for (let k = 0; k < classes; k++) max = Math.max(max, values[row * classes + k]);
    let sum = 0;
    let first = 0;
    let second = 0;
    let cubic = 0;
    for (let k = 0; k < classes; k++) {
      const z = values[row * classes + k];
      const e = Math.exp(beta * (z - max));
      sum += e;
      first += e * z;
      second += e * z * z;
      cubic += e * z * z * z;
    }
    const z = values[row * classes + labels[row]];
    total += beta * max + Math.log(sum) - beta * z;
    gradient += first / sum - z;
    hessian += second / sum - (first / sum) ** 2;
    third += cubic / sum - (3 * first * second) / sum ** 2 + 2 * (first / sum) ** 3;
  }
  return Number.isFinite(gradient + hessian + third) ? total : Number.NaN;
}
