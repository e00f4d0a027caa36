import { type ConformalScore, rankAt } from "./score.js";

/**
 * The rank of the class: sets are the k best, with one k for all rows. Never randomised, so it covers more than it must.
 *
 * s(y) = 1 + #{j: z_j > z_y}
 *
 * Angelopoulos, Bates, Jordan & Malik, ICLR 2021, §2 (top-k sets).
 */
export const topK: ConformalScore = {
  name: "topK",
  family: "conformal",
  help: "Rank of the class: the k best of every row, with one k for all",
  params: [],
  source: "Angelopoulos, Bates, Jordan & Malik, ICLR 2021, §2",
  randomised: false,
  adaptive: false,
  score: (row, place) => rankAt(row, place),
};
