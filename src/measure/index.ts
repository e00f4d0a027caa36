import type { Metric } from "../core/index.js";
import { accuracy } from "./accuracy.js";
import { aceEqualMass } from "./aceEqualMass.js";
import { aurc, eAurc } from "./aurc.js";
import { brier } from "./brier.js";
import { classwiseEce } from "./classwiseEce.js";
import { ece } from "./ece.js";
import { ks } from "./ks.js";
import { mce } from "./mce.js";
import { meanConfidence } from "./meanConfidence.js";
import { nll } from "./nll.js";

/** Every metric, in the order in which results show them. One line a metric. */
export const metrics: readonly Metric[] = [
  accuracy,
  meanConfidence,
  nll,
  brier,
  ece,
  mce,
  aceEqualMass,
  classwiseEce,
  ks,
  aurc,
  eAurc,
] as unknown as Metric[];

export { accuracy, aceEqualMass, aurc, brier, classwiseEce, eAurc, ece, ks, mce, meanConfidence, nll };
