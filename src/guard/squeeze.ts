import { eachCopy, probabilities } from "./copies.js";
import type { Detector } from "./method.js";

/** The largest L1 distance, in [0, 2], between the probabilities of a row and of any of its replicates: inputs squeezed, blurred, with words left out … */
export const squeeze: Detector = {
  name: "squeeze",
  family: "guard",
  needs: "replicates",
  combined: true,
  says: { below: "high", above: "odd" },
  help: "Largest L1 distance of the probabilities of any replicate",
  params: [],
  source: "Xu, Evans & Qi, NDSS 2018, §5.1 (feature squeezing)",
  measure: () => (rows) => {
    const { classes, batch } = rows.scores;
    return eachCopy(rows, (copies, row) => {
      const rest = probabilities(Float64Array.from(batch.values.subarray(row * classes, (row + 1) * classes)));
      let most = 0;
      for (const copy of copies) {
        const distance = probabilities(copy).reduce((sum, p, k) => sum + Math.abs(p - rest[k]!), 0);
        most = Math.max(most, distance);
      }
      return most;
    });
  },
};
