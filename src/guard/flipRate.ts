import type { Detector } from "./method.js";
import { eachCopy } from "./copies.js";

/** The share of a row's replicates that another class wins than the row at rest. */
export const flipRate: Detector = {
  name: "flipRate",
  family: "guard",
  needs: "replicates",
  combined: true,
  says: { below: "high", above: "low" },
  help: "Share of replicates that another class wins",
  params: [],
  source: "label agreement under noise, as in Cao & Gong, ACSAC 2017",
  measure: () => (rows) =>
    eachCopy(rows, (copies, row) => {
      let flips = 0;
      for (const copy of copies) {
        let winner = 0;
        for (let k = 1; k < copy.length; k++) if (copy[k]! > copy[winner]!) winner = k;
        if (winner !== rows.scores.predicted[row]) flips++;
      }
      return flips / copies.length;
    }),
};
