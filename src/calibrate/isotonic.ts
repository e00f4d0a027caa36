import type { CalibrationMethod } from "../core/index.js";
import { isotonicKnots } from "../stats/isotonicKnots.js";
import { pooledAdjacentViolators } from "../stats/pav.js";
import { checkPerClass, logOddsAgainstRest, mapClasses, probability } from "./oneVsRest.js";

/** A probability of a true label below this counts as this. */
const smallest = 1e-15;
const fewRows = 1000;

/**
 * Isotonic regression, one-vs-rest: a rising step function of each class' probability, linear between the pooled knots, rows renormalised.
 *
 * Outside the fitted range: clipped to the end knots (`outOfBounds: "clip"`). "sklearn" does what scikit-learn 1.9 does by default to f32 probabilities:
 * those within 1e-6 of each other become one point at the lowest, so that most confident rows lie above the last point; NaN there, taken as 0.
 *
 * Exact zeros are masked classes; a true label there counts as 1e-15, and results say how often.
 *
 * Zadrozny & Elkan, KDD 2002, §3.
 */
export const isotonic: CalibrationMethod = {
  name: "isotonic",
  family: "calibrator",
  help: "A rising function of each class' probability (one-vs-rest)",
  params: [
    {
      name: "outOfBounds",
      type: "choice",
      choices: ["clip", "sklearn"],
      default: "clip",
      help: "Beyond the fitted range: the end value, or what scikit-learn leaves of it in f32 (0)",
    },
  ],
  source: "Zadrozny & Elkan, KDD 2002, §3",
  keepsWinner: false,
  complexity: 7,
  fit(batch, params) {
    const { classes, rows } = batch;
    const labels = batch.labels!;
    // Sorted by log-odds, which f32 keeps apart where probabilities round to 0 or 1.
    const odds = logOddsAgainstRest(batch);
    const sklearn = params["outOfBounds"] === "sklearn";
    const xs: number[][] = [];
    const ys: number[][] = [];
    const column = new Float32Array(rows);
    for (let k = 0; k < classes; k++) {
      for (let row = 0; row < rows; row++) {
        const q = odds[row * classes + k]!;
        column[row] = sklearn ? probability(q) : q;
      }
      const { x, y } = sklearn ? sklearnKnots(column, labels, k) : isotonicKnots(column, labels, k);
      xs.push(sklearn ? x : x.map(probability));
      ys.push(y);
    }
    const warnings =
      rows < fewRows
        ? [`Isotonic regression on ${rows} rows follows their noise; temperature scaling needs far fewer.`]
        : [];
    return { params: { x: xs, y: ys, outOfBounds: params["outOfBounds"]! }, warnings };
  },
  apply(batch, params) {
    const xs = params["x"] as number[][];
    const ys = params["y"] as number[][];
    const sklearn = params["outOfBounds"] === "sklearn";
    const out = mapClasses(batch, (q, k) =>
      Math.log(sklearn ? sklearnValue(xs[k]!, ys[k]!, probability(q)) : interpolate(xs[k]!, ys[k]!, probability(q))),
    );
    return { ...out, floor: smallest };
  },
  validate: (params, classes) => checkPerClass(params, ["x", "y"], classes),
};

/** The same of probabilities of which those nearer than this to the lowest of them are one point. */
const near = 1e-6;

function sklearnKnots(p: Float32Array, labels: Int32Array, k: number): { x: number[]; y: number[] } {
  const order = Uint32Array.from(p, (_, i) => i).sort((a, b) => p[a]! - p[b]!);
  const points: number[] = [];
  const hits: number[] = [];
  const weights: number[] = [];
  for (const row of order) {
    const hit = labels[row] === k ? 1 : 0;
    if (points.length > 0 && p[row]! - points.at(-1)! < near) {
      hits[hits.length - 1]! += hit;
      weights[weights.length - 1]!++;
    } else {
      points.push(p[row]!);
      hits.push(hit);
      weights.push(1);
    }
  }
  const { end, mean } = pooledAdjacentViolators(
    hits.map((hit, i) => hit / weights[i]!),
    weights,
  );
  const x: number[] = [];
  const y: number[] = [];
  for (let block = 0, start = 0; block < end.length; start = end[block++]!) {
    x.push(points[start]!);
    y.push(mean[block]!);
    if (end[block]! - 1 > start) {
      x.push(points[end[block]! - 1]!);
      y.push(mean[block]!);
    }
  }
  return { x, y };
}

function sklearnValue(x: number[], y: number[], p: number): number {
  const rounded = Math.fround(p);
  return rounded < x[0]! || rounded > x.at(-1)! ? 0 : interpolate(x, y, rounded);
}

function interpolate(x: number[], y: number[], p: number): number {
  const last = x.length - 1;
  if (p <= x[0]!) return y[0]!;
  if (p >= x[last]!) return y[last]!;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= p) low = middle;
    else high = middle;
  }
  return y[low]! + ((p - x[low]!) / (x[high]! - x[low]!)) * (y[high]! - y[low]!);
}
