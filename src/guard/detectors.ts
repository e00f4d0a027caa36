import { disagreement } from "./disagreement.js";
import { mahalanobis } from "./mahalanobis.js";
import { flipRate } from "./flipRate.js";
import { gen } from "./gen.js";
import { klMatching } from "./klMatching.js";
import { logSumExp } from "./logSumExp.js";
import { margin } from "./margin.js";
import { maxLogit } from "./maxLogit.js";
import type { Detector } from "./method.js";
import { mutualInformation } from "./mutualInformation.js";
import { noiseOdds } from "./noiseOdds.js";
import { squeeze } from "./squeeze.js";
import { variance } from "./variance.js";

/** All detectors; of equal p-values the first in this order says in which tail a row lies. */
export const detectors: readonly Detector[] = [
  margin,
  maxLogit,
  logSumExp,
  mahalanobis,
  gen,
  klMatching,
  variance,
  flipRate,
  noiseOdds,
  squeeze,
  disagreement,
  mutualInformation,
];
