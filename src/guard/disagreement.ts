import { eachCopy, entropyOf, probabilities } from "./copies.js";
import type { Detector } from "./method.js";

/**
 * Mean Jensen–Shannon divergence between the probabilities of a row at rest and of each replicate, in nats (at most ln 2):
 * H((p + q)/2) − H(p)/2 − H(q)/2. How far replicates are from the row, where mutual information says how far they are from one another.
 */
export const disagreement: Detector = {
  name: "disagreement",
  family: "guard",
  needs: "replicates",
  combined: true,
  says: { below: "high", above: "low" },
  help: "Mean Jensen–Shannon divergence between a row and its replicates, in nats",
  params: [],
  source: "Lin, IEEE Trans. Information Theory 1991, eq. 4.1",
  measure: () => (rows) => {
    const { classes, batch } = rows.scores;
    return eachCopy(rows, (copies, row) => {
      const rest = probabilities(Float64Array.from(batch.values.subarray(row * classes, (row + 1) * classes)));
      const own = entropyOf(rest);
      let sum = 0;
      for (const copy of copies) {
        const p = probabilities(copy);
        // Rounding may leave −1e-17 where they are equal.
        sum += Math.max(0, entropyOf(p.map((value, k) => (value + rest[k]!) / 2)) - (entropyOf(p) + own) / 2);
      }
      return sum / copies.length;
    });
  },
};
