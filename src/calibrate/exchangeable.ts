import { type Batch, predictions } from "../core/index.js";
import { kolmogorovSmirnov } from "../stats/ks2.js";

/** Below this p-value the rows are said to differ: two tests, 5 % together. */
const level = 0.025;

/**
 * A warning when the rows of fit and evaluation do not look like draws from the same place: their log-odds of the winner by a two-sample
 * Kolmogorov–Smirnov test, and their accuracies by a two-proportion z-test.
 */
export function exchangeabilityWarning(fit: Batch, evaluation: Batch): string | undefined {
  const a = predictions(fit);
  const b = predictions(evaluation);
  const scores = kolmogorovSmirnov(a.logOdds, b.logOdds);
  if (scores.p < level) {
    return `Fit and evaluation rows differ: their confidence is distributed differently (Kolmogorov–Smirnov D ${scores.statistic.toFixed(3)}, p ${scores.p.toPrecision(2)}). What was learned may not carry over.`;
  }
  if (!a.correct || !b.correct) return undefined;
  const mean = (values: Uint8Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [p, q] = [mean(a.correct), mean(b.correct)];
  const pooled = (p * a.rows + q * b.rows) / (a.rows + b.rows);
  const z = (p - q) / Math.sqrt(pooled * (1 - pooled) * (1 / a.rows + 1 / b.rows));
  // Where every row of both is right, or none is, there is nothing to divide by.
  if (!(Math.abs(z) >= 2.2414)) return undefined;
  return `Fit and evaluation rows differ: accuracy is ${(100 * p).toFixed(1)} % on one and ${(100 * q).toFixed(1)} % on the other (z ${z.toFixed(1)}). What was learned may not carry over.`;
}
