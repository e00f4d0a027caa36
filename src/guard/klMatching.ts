import { type Json, LogitsError, type Predictions } from "../core/index.js";
import type { Detector } from "./method.js";
import { tableOf, tableToJson } from "./table.js";

/** What JSON can hold of ln 0. */
const FLOOR = -1e300;

/**
 * The smallest Kullback–Leibler divergence, in nats, of a row's probabilities from the mean probabilities of benign rows with the same winner:
 * min_c Σ_k p_k (ln p_k − ln d_ck), over classes c that benign rows were predicted as.
 */
export const klMatching: Detector = {
  name: "klMatching",
  family: "guard",
  needs: "rows",
  combined: true,
  says: { below: "odd", above: "odd" },
  help: "Smallest KL divergence from the mean probabilities of a predicted class, in nats",
  params: [],
  source: "Hendrycks et al., ICML 2022, §3 (KL matching)",
  learn: ({ scores }) => tableToJson(templates(scores)),
  measure(_, learned, classes) {
    const means = templatesOf(learned, classes);
    const nearest = nearestOf(means, classes);
    return ({ scores: { batch, predicted, rows, logSumExp } }) => {
      const out = new Float64Array(rows);
      const p = new Float64Array(classes);
      for (let row = 0; row < rows; row++) {
        let entropy = 0;
        const start = row * classes;
        const lse = logSumExp[row]!;
        for (let k = 0; k < classes; k++) {
          const logP = batch.values[start + k]! - lse;
          p[k] = Math.exp(logP);
          if (logP !== -Infinity) entropy -= p[k]! * logP;
        }
        out[row] = nearest(p, predicted[row]!) - entropy;
      }
      return out;
    };
  },
};

/** A class with less than this share of the most probable one's does not say first how far a mean is. */
const leading = 1 / 64;
/** Numbers after which a sum may be given up. */
const together = 64;
/** By how much a sum of the leading classes' terms may be beyond that of all, by rounding. */
const rounding = 1e-9;

/**
 * The smallest of −Σ_k p_k mean_ck. No term is negative where means are logarithms of probabilities, so most means are given up early: once a part of their sum, that of
 * the most probable classes first of all, is more than the smallest found. What is found is the sum of all terms in their order.
 *
 * @param first whose mean is looked at first: that of the row's winner is near
 */
function nearestOf(means: readonly Float64Array[], classes: number): (p: Float64Array, first: number) => number {
  const known = means.filter((mean) => mean.length > 0);
  const patient = known.some((mean) => mean.some((value) => value > rounding / classes));
  const leaders = new Int32Array(classes);
  return (p, first) => {
    let most = 0;
    for (let k = 0; k < classes; k++) most = Math.max(most, p[k]!);
    let count = 0;
    for (let k = 0; k < classes; k++) if (p[k]! >= leading * most) leaders[count++] = k;
    let best = means[first]!.length > 0 ? sumTo(p, means[first]!, Infinity) : Infinity;
    for (const mean of known) {
      if (!patient && beyond(p, mean, leaders, count, best + rounding * (1 + best))) continue;
      const cross = sumTo(p, mean, patient ? Infinity : best);
      if (cross < best) best = cross;
    }
    return best;
  };
}

/** Whether the terms of some classes alone are more than a limit. */
function beyond(p: Float64Array, mean: Float64Array, leaders: Int32Array, count: number, limit: number): boolean {
  let part = 0;
  for (let i = 0; i < count && part <= limit; i++) part -= p[leaders[i]!]! * mean[leaders[i]!]!;
  return part > limit;
}

/** The sum of all terms, or a part of it that is more than the limit. */
function sumTo(p: Float64Array, mean: Float64Array, limit: number): number {
  let cross = 0;
  for (let k = 0; k < p.length && !(cross > limit + rounding); ) {
    // Means are finite, so that a class without probability adds 0.
    for (const end = Math.min(p.length, k + together); k < end; k++) cross -= p[k]! * mean[k]!;
  }
  return cross;
}

/** ln of the mean probabilities by predicted class, from logarithms; empty for a class that no row was predicted as. */
function templates({ batch, predicted, rows, classes, logSumExp }: Predictions): number[][] {
  return Array.from({ length: classes }, (_, c) => {
    const own = Array.from({ length: rows }, (_none, row) => row).filter((row) => predicted[row] === c);
    if (own.length === 0) return [];
    return Array.from({ length: classes }, (_none, k) => {
      const logs = own.map((row) => batch.values[row * classes + k]! - logSumExp[row]!);
      let most = -Infinity;
      for (const log of logs) most = Math.max(most, log);
      if (most === -Infinity) return FLOOR;
      return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / own.length);
    });
  });
}

/** One a class; empty for a class that no row was predicted as. */
function templatesOf(learned: Json | undefined, classes: number): Float64Array[] {
  const means = tableOf(learned, classes, classes);
  if (!means?.some((mean) => mean.length > 0))
    throw new LogitsError(
      "bad-data",
      `Cannot use this guard: klMatching must have mean log-probabilities of ${classes} classes for each predicted class`,
    );
  return means;
}
