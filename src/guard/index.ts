/** Evidence of bypass: how unusual a row of logits is among benign ones, and when a stream is no longer like them. */
export { alarm, type Alarm, type AlarmOptions, type AlarmState } from "./alarm.js";
export { detectors } from "./detectors.js";
export { validateGuard } from "./document.js";
export {
  evaluateGuard,
  guardCaveat,
  type GuardEvaluation,
  type GuardEvaluationOptions,
  type NamedAttack,
} from "./evaluate.js";
export { type FittedGuard, fitGuard, type GuardOptions } from "./fit.js";
export {
  COMBINED,
  type Detector,
  type DetectorReading,
  type Guard,
  type GuardParams,
  type GuardRow,
  type Tail,
  tailWords,
} from "./method.js";
export { mostFound } from "./mostFound.js";
export { scorer } from "./score.js";
export { type Drift, driftOf, type Watch, type WatchOptions, watchRows, type WatchState } from "./watch.js";
