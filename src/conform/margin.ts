import { type ConformalScore, rankAt } from "./score.js";

/**
 * How far the class is behind the best other one, in logits: nothing saturates and no probability is needed. −Infinity where no other class is left.
 *
 * s(y) = max_{j ≠ y} z_j − z_y, in nats
 *
 * Löfström, Boström, Linusson & Johansson, Intelligent Data Analysis 2015, with logits for probabilities.
 */
export const margin: ConformalScore = {
  name: "margin",
  family: "conformal",
  help: "Logits that the class is behind the best other one",
  params: [],
  source: "Löfström, Boström, Linusson & Johansson, Intell. Data Anal. 19 (2015), of logits instead of probabilities",
  randomised: false,
  adaptive: false,
  score(row, place) {
    const { sorted, classes } = row;
    if (rankAt(row, place) > 1) return sorted[classes - 1]! - sorted[place.first]!;
    return classes === 1 ? -Infinity : sorted[classes - 2]! - sorted[classes - 1]!;
  },
};
