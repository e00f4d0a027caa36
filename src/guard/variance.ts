import { rowVariance } from "../stats/rowSpread.js";
import type { Detector } from "./method.js";

/** Plain variance of a row's logits across its classes. Printed because people ask for it: it finds little, so no combined p-value counts on it. */
export const variance: Detector = {
  name: "variance",
  family: "guard",
  needs: "rows",
  combined: false,
  says: { below: "low", above: "high" },
  help: "Variance of the logits across classes; near chance, so it is printed and not combined",
  params: [],
  source: "measured on NSL-KDD and CIFAR-10 networks: AUROC .01–.76, by how far an attack goes on",
  measure:
    (_, __, classes) =>
    ({ scores: { batch, rows } }) =>
      new Float64Array(rows).map((_none, row) => rowVariance(batch.values, row * classes, classes)),
};
