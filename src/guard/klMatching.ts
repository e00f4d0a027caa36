import { type Json, LogitsError, type Predictions } from "../core/index.js";
import type { Detector } from "./method.js";

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
  learn: ({ scores }) => templates(scores),
  measure(_, learned, classes) {
    const means = templatesOf(learned, classes);
    return ({ scores: { batch, rows, logSumExp } }) => {
      const out = new Float64Array(rows);
      const p = new Float64Array(classes);
      for (let row = 0; row < rows; row++) {
        let [entropy, best] = [0, Infinity];
        const start = row * classes;
        const lse = logSumExp[row]!;
        for (let k = 0; k < classes; k++) {
          const logP = batch.values[start + k]! - lse;
          p[k] = Math.exp(logP);
          if (logP !== -Infinity) entropy -= p[k]! * logP;
        }
        for (const mean of means) {
          let cross = 0;
          // Means are finite, so that a class without probability adds 0.
          for (let k = 0; k < classes; k++) cross -= p[k]! * mean[k]!;
          if (cross < best) best = cross;
        }
        out[row] = best - entropy;
      }
      return out;
    };
  },
};

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

function templatesOf(learned: Json | undefined, classes: number): Float64Array[] {
  const list = Array.isArray(learned) ? (learned as number[][]) : [];
  const known = list.filter((mean) => Array.isArray(mean) && mean.length > 0);
  const sound = (mean: number[]): boolean => mean.length === classes && mean.every((value) => Number.isFinite(value));
  if (list.length !== classes || known.length === 0 || !known.every(sound))
    throw new LogitsError(
      "bad-data",
      `Cannot use this guard: klMatching must have mean log-probabilities of ${classes} classes for each predicted class`,
    );
  return known.map((mean) => Float64Array.from(mean));
}
