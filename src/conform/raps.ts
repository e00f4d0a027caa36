import { headLogOdds, tailMass } from "./aps.js";
import { type ConformalScore, rankAt } from "./score.js";

/**
 * Regularised adaptive prediction sets: APS and a price λ for every rank after `kReg`, which keeps sets small where the tail is noise.
 *
 * s(y) = Σ_{p_j > p_y} p_j + U p_y + λ (rank(y) − kReg)⁺
 *
 * @param lambda range ≥ 0, default 0.1, no-op 0
 * @param kReg range ≥ 0, default 1
 * Angelopoulos, Bates, Jordan & Malik, ICLR 2021.
 */
export const raps: ConformalScore = {
  name: "raps",
  family: "conformal",
  help: "Regularised adaptive prediction sets: APS and a price for every rank after kReg",
  params: [
    { name: "lambda", type: "number", min: 0, default: 0.1, noop: 0, help: "Price of a rank (raps 0.1, saps 0.2)" },
    { name: "kReg", type: "integer", min: 0, default: 1, help: "Ranks that are free" },
  ],
  source: "Angelopoulos, Bates, Jordan & Malik, ICLR 2021, §2.2",
  randomised: true,
  adaptive: true,
  score: (row, place, u, { lambda, kReg }) =>
    1 + lambda * Math.max(0, rankAt(row, place) - kReg) - tailMass(row, place, u),
  fine: (row, place, u) => headLogOdds(row, place, u),
  quick({ share, above, rank }, u, count, { lambda, kReg }, out) {
    for (let i = 0; i < count; i++) out[i] = above[i]! + u[i]! * share[i]! + lambda * Math.max(0, rank[i]! - kReg);
  },
};
