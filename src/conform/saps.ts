import { lnTail, type RankedRow } from "./rankedRow.js";
import { type ConformalScore, rankAt } from "./score.js";

/**
 * Sorted adaptive prediction sets: of the probabilities only the largest, then a price λ a rank.
 *
 * s(y) = U p_max for the winner, p_max + (rank(y) − 2 + U) λ for all others
 *
 * @param lambda range > 0, default 0.2
 * Huang, Xi, Zhang, Yao, Qiu & Wei, ICML 2024.
 */
export const saps: ConformalScore = {
  name: "saps",
  family: "conformal",
  help: "Sorted adaptive prediction sets: the largest probability, then a price for every rank",
  params: [{ name: "lambda", type: "number", min: 0, exclusiveMin: true, default: 0.2, help: "Price of a rank" }],
  source: "Huang, Xi, Zhang, Yao, Qiu & Wei, ICML 2024, §3.2",
  randomised: true,
  adaptive: true,
  score(row, place, u, { lambda }) {
    const rank = rankAt(row, place);
    return rank === 1 ? u * largest(row) : largest(row) + (rank - 2 + u) * lambda;
  },
  fine: (row) => -lnTail(row, row.classes - 1, 0),
  quick({ largest: most, rank, share }, u, count, { lambda }, out) {
    for (let i = 0; i < count; i++)
      out[i] = rank[i] === 1 ? u[i]! * share[i]! : most[i]! + (rank[i]! - 2 + u[i]!) * lambda;
  },
};

const largest = ({ below, classes }: RankedRow): number => 1 / below[classes]!;
