// What goes wrong when probabilities come first. One row of logits [gap, 0, -1], label 1: the model is confidently wrong by `gap`.
// Everything on the left is what f32 hardware does (Math.fround after each step); on the right are losses from logits.
//
//     npm run build && node examples/probabilities-first.mjs
import { crossEntropy } from "logits/losses";

const f32 = Math.fround;

/** softmax as it is often written: no maximum subtracted, in f32. */
function naiveSoftmax(logits) {
  const e = logits.map((z) => f32(Math.exp(z)));
  const sum = e.reduce((total, x) => f32(total + x), 0);
  return e.map((x) => f32(x / sum));
}

/** softmax done right, but still f32 probabilities. */
function safeSoftmax(logits) {
  const max = Math.max(...logits);
  return naiveSoftmax(logits.map((z) => f32(z - max)));
}

const length = (gradient) => Math.hypot(...gradient);
const onehot = (k) => (k === 1 ? 1 : 0);

/** |gradient| in the logits of −ln p_1, through p: NaN as soon as a p is. */
function throughLog(p) {
  return length(p.map((pk, k) => f32(-1 / p[1]) * p[1] * (onehot(k) - pk)));
}

/** The same with p clipped to [1e-7, 1 − 1e-7]: where it is clipped nothing is learned. */
function throughClip(p) {
  return p[1] < 1e-7 ? 0 : throughLog(p);
}

/** |gradient| of Σ (p − onehot)², through softmax. */
function throughSquares(p) {
  const slope = p.map((pk, k) => 2 * (pk - onehot(k)));
  const mean = slope.reduce((sum, s, k) => sum + s * p[k], 0);
  return length(p.map((pk, k) => pk * (slope[k] - mean)));
}

export function table(gaps = [5, 10, 16, 17, 50, 88, 89, 104]) {
  return gaps.map((gap) => {
    const logits = [gap, 0, -1];
    const { value, gradient } = crossEntropy({ values: logits, rows: 1, classes: 3 }, [1]);
    return {
      gap,
      fromLogits: length(gradient),
      loss: value,
      naive: throughLog(naiveSoftmax(logits)),
      clipped: throughClip(safeSoftmax(logits)),
      squared: throughSquares(safeSoftmax(logits)),
    };
  });
}

if (process.argv[1]?.endsWith("probabilities-first.mjs")) {
  const cell = (x) =>
    (Number.isNaN(x) ? "NaN" : x === 0 ? "0" : x >= 0.01 ? x.toFixed(2) : x.toExponential(1)).padStart(12);
  console.log(
    "How much is learned from a row that is confidently wrong by `gap` (length of the gradient in the logits):\n",
  );
  console.log(
    `${"gap".padStart(5)}${"from logits".padStart(12)}${"naive".padStart(12)}${"clipped".padStart(12)}${"squared".padStart(12)}`,
  );
  for (const row of table())
    console.log(
      `${String(row.gap).padStart(5)}${cell(row.fromLogits)}${cell(row.naive)}${cell(row.clipped)}${cell(row.squared)}`,
    );
  console.log(
    "\nnaive: −ln softmax(z) without subtracting the maximum; clipped: p kept above 1e-7; squared: Σ (p − onehot)².",
  );
}
