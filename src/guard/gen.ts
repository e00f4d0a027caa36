import { topK } from "../core/math/index.js";
import type { Detector } from "./method.js";

/**
 * Generalised entropy, Σ p^γ (1 − p)^γ over the M most probable classes: how spread the probabilities are, with small ones counting for much.
 *
 * ln(1 − p) of the winner comes from its log-odds, so sure rows keep their order.
 */
export const gen: Detector = {
  name: "gen",
  family: "guard",
  needs: "rows",
  combined: true,
  says: { below: "high", above: "low" },
  help: "Generalised entropy, Σ p^γ (1 − p)^γ over the most probable classes",
  params: [
    { name: "gamma", type: "number", min: 0, max: 1, exclusiveMin: true, default: 0.1, help: "The exponent γ" },
    {
      name: "most",
      type: "integer",
      min: 1,
      default: 100,
      help: "How many of the most probable classes are summed over",
    },
  ],
  source: "Liu, Lochman & Zach, CVPR 2023, eq. 3",
  measure(params, _, classes) {
    const gamma = params["gamma"] as number;
    const most = params["most"] as number;
    return ({ scores: { batch, predicted, rows, logOdds, logSumExp } }) => {
      const out = new Float64Array(rows);
      const terms = new Float64Array(classes);
      for (let row = 0; row < rows; row++) {
        const own = batch.values.subarray(row * classes, (row + 1) * classes);
        terms.set(own);
        const winner = predicted[row]!;
        const lse = logSumExp[row]!;
        const others = classes > most ? mostProbable(own, winner, most) : undefined;
        // p of the winner is 1/(1 + e^−o), 1 − p is 1/(1 + e^o).
        const odds = logOdds[row]!;
        let sum = odds === Infinity ? 0 : Math.exp(-gamma * (softplus(-odds) + softplus(odds)));
        for (let i = 0; i < (others?.length ?? classes); i++) {
          const k = others ? others[i]! : i;
          if (k === winner || terms[k] === -Infinity) continue;
          const logP = terms[k]! - lse;
          sum += Math.exp(gamma * (logP + Math.log1p(-Math.exp(logP))));
        }
        out[row] = sum;
      }
      return out;
    };
  },
};

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The other classes among the `most` most probable, the most probable first; of equal ones the first. */
function mostProbable(scores: Float32Array | Float64Array, winner: number, most: number): Uint32Array {
  const { indices } = topK(scores, most);
  return indices.filter((k) => k !== winner).subarray(0, most - 1);
}
