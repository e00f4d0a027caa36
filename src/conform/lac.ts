import { lnTail } from "./rankedRow.js";
import type { ConformalScore } from "./score.js";

/**
 * Least ambiguous classes: the probability of all other classes.
 *
 * s(y) = 1 − p_y, as the mass of the others where y wins; ties of rounding are told apart by the log-odds against y, lse(z_{k≠y}) − z_y.
 * Smallest sets on average; they may be empty where the model is torn.
 *
 * Sadinle, Lei & Wasserman, JASA 2019.
 */
export const lac: ConformalScore = {
  name: "lac",
  family: "conformal",
  help: "Least ambiguous classes: 1 − p of the class; the smallest sets, which may be empty",
  params: [],
  source: "Sadinle, Lei & Wasserman, JASA 114 (2019), §2",
  randomised: false,
  adaptive: false,
  score(row, { first, last }) {
    const { weights, below, classes } = row;
    const total = below[classes]!;
    // Of a lone winner the others are what lies below; of any other class p ≤ ½, so nothing cancels.
    return first === classes - 1 ? below[first]! / total : 1 - weights[last - 1]! / total;
  },
  quick({ share }, _, count, __, out) {
    for (let i = 0; i < count; i++) out[i] = 1 - share[i]!;
  },
  fine(row, { first, last }) {
    const { sorted, weights, below, classes } = row;
    if (first === classes - 1) return lnTail(row, first, 0);
    return Math.log(below[classes]! - weights[last - 1]!) + (sorted[classes - 1]! - sorted[first]!);
  },
};
