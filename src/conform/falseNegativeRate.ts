import type { ConformalRisk } from "./risk.js";

/** The share of a row's true classes that are not in its set; 0 where it has none. */
export const falseNegativeRate: ConformalRisk = {
  name: "falseNegativeRate",
  family: "conformal",
  help: "Share of a row's true classes that are not in its set",
  params: [],
  source: "Angelopoulos, Bates, Fisch, Lei & Schuster, ICLR 2024, §1",
  multilabel: true,
  binary: false,
  drops: (trues) => trues.map(() => 1 / trues.length),
};
