export { takeRows, toLogits } from "./batch.js";
export { differingClass, isObject } from "./documents.js";
export { fittedOn, hashBatch } from "./hash.js";
export type { CalibrationMethod, Calibrator } from "./calibrator.js";
export { type ErrorCode, LogitsError } from "./errors.js";
export {
  type LogprobCapture,
  type LogprobStep,
  type Precision,
  roundingError,
  type StepCoverage,
  type TokenLogprob,
} from "./logprobs.js";
export { checkParam, checkParams, type Descriptor, flagName, type Param, type Params, rangeText } from "./method.js";
export type { Measured, Metric } from "./metric.js";
export {
  classPlaces,
  type DrawRow,
  drawRow,
  exactRow,
  keepHeaviest,
  labelPlaces,
  type NllSums,
  nllSums,
  type Places,
  type Spread,
  weighGap,
} from "../kernels/index.js";
export type { NextTokenModel } from "./nextTokenModel.js";
export type {
  Decision,
  DecisionMethod,
  Guarantee,
  Json,
  Policy,
  PolicyState,
  Rule,
  Ruler,
  Ruling,
} from "./policy.js";
export { sha256 } from "./sha256.js";
export { notFinite, type Predictions, predictions } from "./predictions.js";
export { portableLog } from "./math/portableLog.js";
export { bootstrapWeights, normals, philox, shuffled, uniform, uniformRuns, uniformsTo, uniformTo } from "./rng.js";
export { RowArrays } from "./rowArrays.js";
export type { Reason, SampleContext, Sampler } from "./sampler.js";
export { selectRows } from "./selectRows.js";
export type { Batch, Capture, Kind, LabelInfo, Logits, Replicates, Source } from "./types.js";
