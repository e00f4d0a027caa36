import { validateCalibrator } from "../calibrate/index.js";
import {
  type Calibrator,
  checkParams,
  type Descriptor,
  isObject,
  type Kind,
  LogitsError,
  type Metric,
  type Params,
  type Source,
} from "../core/index.js";
import type { MeasureOptions } from "../measure/measureState.js";
import type { Methods } from "./methods.js";

/** One method and its parameters, all of them. */
export interface Step {
  method: string;
  params: Params;
}

/**
 * What was done to which rows, as JSON: a result carries the plan that made it, and a plan makes the same result again. On which engine it ran is not
 * part of it, since the result does not depend on that.
 */
export interface Plan {
  version: 1;
  source: { files?: string[]; kind: Kind; rows?: number; classes: number };
  /** Applied to the rows first. */
  calibrator?: Calibrator;
  steps: Step[];
  /** Of everything random. */
  seed: number;
  /** Bootstrap replicates behind an interval. */
  replicates: number;
}

/** What a plan says of the rows. */
export function planSource({ files, capture, rows, classes }: Source): Plan["source"] {
  return {
    ...(files && { files }),
    kind: capture.kind,
    ...(rows !== undefined && { rows }),
    classes: classes.length,
  };
}

/** Parameters of a method: those given by name, checked, and the defaults of the others. */
export function stepOf(method: Descriptor, ...given: (Params | undefined)[]): Step {
  const own: Params = {};
  for (const source of given)
    for (const { name } of method.params) if (source?.[name] !== undefined) own[name] = source[name];
  return { method: method.name, params: checkParams(method, own) };
}

/** The metrics that these options ask for, each with its parameters. */
export function metricSteps(
  { metrics, params, overrides, rankStatistics }: Partial<MeasureOptions>,
  all: readonly Metric[],
): Step[] {
  return all
    .filter(({ name }) => !metrics || metrics.includes(name))
    .filter(({ state }) => state === "sums" || rankStatistics !== false)
    .map((metric) => stepOf(metric, params, overrides?.[metric.name]));
}

/** How a plan's metrics are measured. Steps that are no metrics are for others. */
export function measureOptionsOf(
  { steps, seed, replicates }: Plan,
  all: readonly Metric[],
): Pick<MeasureOptions, "metrics" | "overrides" | "seed" | "replicates" | "rankStatistics"> {
  const own = steps.filter(({ method }) => all.some(({ name }) => name === method));
  return {
    metrics: own.map(({ method }) => method),
    overrides: Object.fromEntries(own.map(({ method, params }) => [method, params])),
    seed,
    replicates,
    rankStatistics: true,
  };
}

/**
 * The plan that a JSON document holds, checked before anything is done with it.
 *
 * @throws "bad-data" when it is no plan, or names a method that is not in the registry; "bad-argument" for a parameter out of range.
 */
export function readPlan(document: unknown, registry: Methods): Plan {
  const refuse = (what: string, got: unknown): never => {
    throw new LogitsError("bad-data", `Cannot use this plan: ${what}, got ${JSON.stringify(got)?.slice(0, 60)}`);
  };
  if (!isObject(document)) return refuse("it must be a JSON object", document);
  const { version, source, calibrator, steps, seed, replicates } = document as Partial<Plan>;
  if (version !== 1) return refuse("version must be 1", version);
  if (typeof source !== "object" || source === null) return refuse("source must be an object", source);
  if (!Array.isArray(steps)) return refuse("steps must be a list", steps);
  const whole = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
  if (!whole(seed)) return refuse("seed must be an integer ≥ 0", seed);
  if (!whole(replicates)) return refuse("replicates must be an integer ≥ 0", replicates);
  const methods: readonly Descriptor[] = [...registry.metrics, ...registry.calibrators, ...registry.verdicts];
  const checked = steps.map((step: Partial<Step> | null) => {
    const method = methods.find(({ name }) => name === step?.method);
    if (!method) return refuse("each step must name a known method", step?.method ?? step);
    const unknown = Object.keys(step?.params ?? {}).find((name) => method.params.every((param) => param.name !== name));
    if (unknown !== undefined) return refuse(`${method.name} must have parameters of its own`, unknown);
    return stepOf(method, step?.params);
  });
  return {
    version,
    source: source as Plan["source"],
    ...(calibrator !== undefined && { calibrator: validateCalibrator(calibrator, source.classes) }),
    steps: checked,
    seed,
    replicates,
  };
}
