import type { ConformalRisk } from "./risk.js";

/** 1 where a true class is not in the set, else 0: what split conformal prediction keeps below α. */
export const miss: ConformalRisk = {
  name: "miss",
  family: "conformal",
  help: "A true class is not in the set",
  params: [],
  source: "Vovk, Gammerman & Shafer, Algorithmic Learning in a Random World, 2005",
  multilabel: true,
  binary: true,
  drops: (trues) => trues.map((_, i) => (i === trues.length - 1 ? 1 : 0)),
};
