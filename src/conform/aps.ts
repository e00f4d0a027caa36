import { lnHead, lnTail, type RankedRow } from "./rankedRow.js";
import type { ConformalScore, Place } from "./score.js";

/**
 * Adaptive prediction sets: the mass of all classes above this one, and a random share U of its own.
 *
 * s(y) = Σ_{p_j > p_y} p_j + U p_y, computed as 1 − (Σ_{p_j < p_y} p_j + (ties − U) p_y): tails are added from the smallest up, and where they round away their
 * logarithms still tell rows apart.
 *
 * Romano, Sesia & Candès, NeurIPS 2020.
 */
export const aps: ConformalScore = {
  name: "aps",
  family: "conformal",
  help: "Adaptive prediction sets: the mass above the class, and a random share of its own",
  params: [],
  source: "Romano, Sesia & Candès, NeurIPS 2020, §2",
  randomised: true,
  adaptive: true,
  score: (row, place, u) => 1 - tailMass(row, place, u),
  fine: (row, place, u) => headLogOdds(row, place, u),
  quick({ share, above }, u, count, _, out) {
    for (let i = 0; i < count; i++) out[i] = above[i]! + u[i]! * share[i]!;
  },
};

/** The probability of what would stay outside a set that ends within this place. */
export function tailMass(row: RankedRow, { first, last }: Place, u: number): number {
  const { weights, below, classes } = row;
  return (below[first]! + (last - first - u) * weights[first]!) / below[classes]!;
}

/** ln of the mass inside over the mass outside. */
export function headLogOdds(row: RankedRow, place: Place, u: number): number {
  return lnHead(row, place, u) - lnTail(row, place.first, place.last - place.first - u);
}
