import type { Ranked } from "../ranked.js";
import { scan } from "./scan.js";
import type { Solution } from "./solution.js";

/**
 * The threshold of the largest F-beta on these rows; the highest among equals. It promises nothing.
 *
 * F = (1 + β²)·tp/((1 + β²)·tp + β²·fn + fp); with a `prior`, counts are weighted to it.
 *
 * @param beta how many times more recall counts than precision; > 0
 * @example
 *     fBetaThreshold(ranked, 1)  // { threshold: 0.41… }
 */
export function fBetaThreshold(rows: Ranked, beta: number, prior?: number): Solution {
  const { negatives, positives } = rows;
  const weight = prior === undefined ? 1 : ((1 - prior) / prior) * (positives.length / negatives.length);
  const threshold = scan(rows, (tp, fp) => {
    const [gain, miss] = [(1 + beta * beta) * tp, beta * beta * (positives.length - tp)];
    return gain === 0 ? 0 : gain / (gain + miss + weight * fp);
  });
  return threshold === undefined ? { refused: "no threshold alerts of any positive row" } : { threshold };
}
