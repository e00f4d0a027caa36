import type { ConformalScore } from "./score.js";

/**
 * For rows that may have several true classes: each class has a logit of its own, and this is the probability that it is absent.
 *
 * s(y) = 1/(1 + exp(z_y)), ties of rounding told apart by −z_y
 *
 * Bates, Angelopoulos, Lei, Malik & Jordan, J. ACM 2021, §3.2 (multilabel).
 */
export const sigmoid: ConformalScore = {
  name: "sigmoid",
  family: "conformal",
  help: "One yes or no for every class (several may be true): probability that it is absent",
  params: [],
  source: "Bates, Angelopoulos, Lei, Malik & Jordan, J. ACM 68 (2021), §3.2",
  gauge: "raw",
  randomised: false,
  adaptive: false,
  score: (row, { first }) => 1 / (1 + Math.exp(row.sorted[first]!)),
  fine: (row, { first }) => -row.sorted[first]!,
};
