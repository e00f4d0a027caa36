import type { Metric } from "../core/index.js";
import { accuracy } from "./accuracy.js";
import { aceEqualMass } from "./aceEqualMass.js";
import { aurc, eAurc } from "./aurc.js";
import { auroc, aurocHandTill } from "./auroc.js";
import { averagePrecision } from "./averagePrecision.js";
import { brier } from "./brier.js";
import { classwiseEce } from "./classwiseEce.js";
import { ece } from "./ece.js";
import { ks } from "./ks.js";
import { mce } from "./mce.js";
import { meanConfidence } from "./meanConfidence.js";
import { nll } from "./nll.js";
import { smoothEce } from "./smoothEce.js";
import { topKAccuracy } from "./topKAccuracy.js";

/** Every metric, in the order in which results show them. One line a metric. */
export const metrics: readonly Metric[] = [
  accuracy,
  topKAccuracy,
  meanConfidence,
  nll,
  brier,
  ece,
  mce,
  aceEqualMass,
  classwiseEce,
  ks,
  smoothEce,
  aurc,
  eAurc,
  auroc,
  aurocHandTill,
  averagePrecision,
] as unknown as Metric[];

export {
  accuracy,
  aceEqualMass,
  aurc,
  auroc,
  aurocHandTill,
  averagePrecision,
  brier,
  classwiseEce,
  eAurc,
  ece,
  ks,
  mce,
  meanConfidence,
  nll,
  smoothEce,
  topKAccuracy,
};
export { type Compat, type CompatName, compatNames, compats } from "./compat.js";
