import { type ConformalRisk, type ConformalScore, conformalRisks, conformalScores } from "../conform/index.js";
import type { CalibrationMethod, DecisionMethod, Descriptor, Metric, Sampler } from "../core/index.js";
import { LogitsError } from "../core/index.js";
import { decisionMethods } from "../decide/index.js";
import { type Detector, detectors } from "../guard/index.js";
import { samplers } from "../sample/index.js";
import type { TriageMethod } from "../triage/index.js";
import { type Methods, methods } from "./methods.js";

/**
 * Every method there is. Flags, help, JSON schema and the documentation table are made from it, so that a method is added by one file:
 * see `flags.ts`, `schema.ts` and `docs.ts` beside this.
 */
export interface Registry extends Methods {
  samplers: readonly Sampler[];
  decisions: readonly DecisionMethod[];
  detectors: readonly Detector[];
  /** Scores and risks of prediction sets. */
  conformal: readonly (ConformalScore | ConformalRisk)[];
}

type Method =
  | Metric
  | CalibrationMethod
  | TriageMethod
  | Sampler
  | DecisionMethod
  | Detector
  | ConformalScore
  | ConformalRisk;

/** The built-in methods and `extra` ones. A name may be used once in its family. */
export function createRegistry(extra: readonly Method[] = []): Registry {
  const registry: Registry = {
    metrics: [...methods.metrics, ...extra.filter((method): method is Metric => method.family === "metric")],
    calibrators: [
      ...methods.calibrators,
      ...extra.filter((method): method is CalibrationMethod => method.family === "calibrator"),
    ],
    verdicts: [...methods.verdicts, ...extra.filter((method): method is TriageMethod => method.family === "triage")],
    samplers: [...samplers, ...extra.filter((method): method is Sampler => method.family === "sampler")],
    decisions: [
      ...decisionMethods,
      ...extra.filter((method): method is DecisionMethod => method.family === "decision"),
    ],
    detectors: [...detectors, ...extra.filter((method): method is Detector => method.family === "guard")],
    conformal: [
      ...conformalScores,
      ...conformalRisks,
      ...extra.filter((method): method is ConformalScore | ConformalRisk => method.family === "conformal"),
    ],
  };
  const families: readonly (readonly Descriptor[])[] = [
    registry.metrics,
    registry.calibrators,
    registry.verdicts,
    registry.samplers,
    registry.decisions,
    registry.detectors,
    registry.conformal,
  ];
  for (const family of families) {
    const names = family.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice)
      throw new LogitsError("bad-argument", `Cannot register ${twice}: a name must be used once, got it twice`);
  }
  return registry;
}
