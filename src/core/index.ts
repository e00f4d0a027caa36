export { checkBatch, sliceBatch, takeRows, toLogits } from "./batch.js";
export type { CalibrationMethod, Calibrator, Fitted } from "./calibrator.js";
export { type ErrorCode, LogitsError } from "./errors.js";
export { checkParam, checkParams, type Descriptor, flagName, type Param, type Params, rangeText } from "./method.js";
export type { Measured, Metric } from "./metric.js";
export { notFinite, type Predictions, predictions } from "./predictions.js";
export { bootstrapWeights, philox, shuffled, uniform } from "./rng.js";
export { selectRows } from "./selectRows.js";
export type { Batch, Capture, Kind, LabelInfo, Logits, Probs, Source } from "./types.js";
