import type { ConformalRisk } from "./risk.js";

/**
 * 1 where a true class is not in the set or the set is larger than a person can use. More classes do not always lower it, so only learn-then-test controls it.
 *
 * @param maxSize range ≥ 1, default 3
 */
export const largeOrMiss: ConformalRisk = {
  name: "largeOrMiss",
  family: "conformal",
  help: "A true class is not in the set, or the set has more than maxSize classes (only by ltt)",
  params: [{ name: "maxSize", type: "integer", min: 1, default: 3, help: "Sets above this size are of no use" }],
  source: "Angelopoulos, Bates, Candès, Jordan & Lei, Ann. Appl. Stat. 19 (2025), §1 (risks that are not monotone)",
  multilabel: true,
  binary: true,
  drops: (trues) => trues.map((_, i) => (i === trues.length - 1 ? 1 : 0)),
  largest: ({ maxSize }) => Number(maxSize),
};
