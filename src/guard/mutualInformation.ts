import { eachCopy, entropyOf, probabilities } from "./copies.js";
import type { Detector } from "./method.js";

/**
 * Mutual information between the class and which replicate one looks at, in nats: entropy of the mean probabilities minus mean entropy. It is the
 * Jensen–Shannon divergence of all replicates from one another.
 */
export const mutualInformation: Detector = {
  name: "mutualInformation",
  family: "guard",
  needs: "replicates",
  combined: true,
  says: { below: "high", above: "low" },
  help: "Entropy of the mean probabilities of the replicates minus their mean entropy, in nats",
  params: [],
  source: "Houlsby et al., 2011 (BALD); Smith & Gal, UAI 2018",
  measure: () => (rows) =>
    eachCopy(rows, (copies) => {
      const all = copies.map(probabilities);
      const mean = all[0]!.map((_, k) => all.reduce((sum, p) => sum + p[k]!, 0) / all.length);
      return Math.max(0, entropyOf(mean) - all.reduce((sum, p) => sum + entropyOf(p), 0) / all.length);
    }),
};
