// What a step leaves on the heap, and how far a probability is from the exponential.
import { getHeapStatistics } from "node:v8";
import { median } from "../harness.mjs";
import { kernels } from "../groups/library.mjs";
import { stepOf } from "./ours.mjs";
import { historyOf } from "./steps.mjs";

/** Calls until which compilers have done what they do. */
const warmUp = 3000;

/** Bytes of the heap that a call leaves: the median over short spans of calls, without those that a collection cut, less what looking costs. */
function allocated(run, calls = 400) {
  let i = 0;
  const span = (count) => {
    const before = getHeapStatistics().used_heap_size;
    for (const end = i + count; i < end; i++) run(i);
    return getHeapStatistics().used_heap_size - before;
  };
  const spans = (count) => median(Array.from({ length: 7 }, () => span(count)).filter((bytes) => bytes >= 0));
  span(warmUp);
  spans(0);
  return Math.max(0, spans(calls) - spans(0)) / calls;
}

/** The most that a step leaves behind over rows of every shape, in bytes. */
export function mostAllocated(step, rowsOfShapes) {
  return Math.max(
    ...rowsOfShapes.map((rows) => allocated(stepOf(step.settings, rows, historyOf(step, rows[0].length)))),
  );
}

/** Largest relative error of a probability above 1e-12 that a draw gives a token of these rows, at some temperatures. */
export function weightError(rows) {
  const row = kernels.drawRow(rows[0].length);
  return Math.max(
    ...rows.flatMap((scores) => {
      row.scores.set(scores);
      const highest = row.peak();
      return [0.5, 1, 1.5].map((temperature) => errorAt(row, scores, 1 / temperature, highest));
    }),
  );
}

function errorAt(row, scores, scale, highest) {
  const peak = highest * scale;
  const total = row.weigh(scale, peak);
  let sum = 0;
  for (const score of scores) sum += Math.exp(score * scale - peak);
  let worst = 0;
  for (let id = 0; id < scores.length; id++) {
    const p = Math.exp(scores[id] * scale - peak) / sum;
    if (p > 1e-12) worst = Math.max(worst, Math.abs(row.weights[id] / total / p - 1));
  }
  return worst;
}
