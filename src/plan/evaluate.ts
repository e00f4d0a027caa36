import { calibratedPredictions, validateCalibrator } from "../calibrate/index.js";
import {
  type Batch,
  type Calibrator,
  type Kind,
  LogitsError,
  type Measured,
  predictions,
  type Source,
} from "../core/index.js";
import { Measurement } from "../measure/measurement.js";
import {
  defaultReplicates,
  type MeasureOptions,
  type MeasureResult,
  type MeasureState,
} from "../measure/measureState.js";
import { metricSteps, measureOptionsOf, type Plan, planSource, readPlan } from "./plan.js";
import { type Methods, methods } from "./methods.js";

/** Scores above which rank statistics are opt-in and the work goes to threads. */
export const manyScores = 2e7;

/** Measure these rows, after this calibrator: all that an engine needs to know. Plain data. */
export interface MeasureJob {
  options: MeasureOptions;
  calibrator?: Calibrator;
}

/** Runs a job over every batch of a source and gives the merged state. */
export type Engine = (source: Source, job: MeasureJob) => Promise<MeasureState>;

export type { MeasureState };

export interface EvaluateOptions extends Partial<Omit<MeasureOptions, "classes">> {
  calibrator?: Pick<Calibrator, "method" | "params"> & Partial<Calibrator>;
  engine?: Engine;
  registry?: Methods;
  /** Measures what this plan says, after its calibrator, whatever the other options say about that. */
  plan?: Plan;
}

export interface Evaluation {
  rows: number;
  classes: number;
  kind: Kind;
  metrics: Record<string, Measured>;
  confusion?: number[][];
  perClass?: Record<string, Record<string, number>>;
  perSlice?: Record<string, Record<string, Record<string, number>>>;
  /** The calibrator that was applied first. */
  calibrator?: { method: string; params: Calibrator["params"] };
  notes: string[];
  /** What made this result, and makes it again: `evaluate(source, { plan })`. */
  plan: Plan;
}

/** Adds the rows of one batch to a measurement, calibrated first when there is a calibrator. */
export function addBatch(measurement: Measurement, batch: Batch, calibrator: Calibrator | undefined): void {
  const { arrays } = measurement;
  measurement.add(calibrator ? calibratedPredictions(batch, calibrator, arrays) : predictions(batch, 1, arrays));
}

/** One batch after another, here. */
export const local: Engine = (source, job) => measureHere(source, job, methods);

async function measureHere(source: Source, job: MeasureJob, registry: Methods): Promise<MeasureState> {
  const measurement = createMeasurement(job, registry);
  for await (const batch of source.batches({ reuse: true })) addBatch(measurement, batch, job.calibrator);
  return measurement.state;
}

export function createMeasurement(job: MeasureJob, registry: Methods = methods, state?: MeasureState): Measurement {
  return new Measurement(registry.metrics, job.options, state);
}

/** Every metric of a source, each with its interval and convention. */
export async function evaluate(source: Source, options: EvaluateOptions = {}): Promise<Evaluation> {
  const classes = source.classes.length;
  const { plan: asked, engine = local, registry = methods, ...own } = options;
  if (options.registry && engine !== local)
    throw new LogitsError(
      "bad-argument",
      "Cannot evaluate with methods of your own: they run on the local engine only",
      {
        hint: "Leave engine out.",
      },
    );
  const { calibrator: given, ...measuring } = asked ? optionsOf(asked, own, registry) : own;
  const calibrator = given && validateCalibrator(given, source.classes);
  const notes: string[] = [];
  const large = source.rows !== undefined && source.rows * classes > manyScores;
  const job: MeasureJob = {
    options: { rankStatistics: !large, perSlice: true, perClass: classes <= 100, ...measuring, classes },
  };
  if (calibrator) job.calibrator = calibrator;
  if (large && measuring.rankStatistics === undefined) {
    notes.push(
      "Rank statistics (aceEqualMass, ks, aurc …) are left out above 2e7 scores; --rank-statistics computes them.",
    );
  }
  const measurement = createMeasurement(
    job,
    registry,
    await (options.registry ? measureHere(source, job, registry) : engine(source, job)),
  );
  const result = measurement.finish();
  const plan: Plan = {
    version: 1,
    source: planSource(source),
    ...(calibrator && { calibrator }),
    steps: metricSteps(job.options, registry.metrics),
    seed: measuring.seed ?? 0,
    replicates: measuring.replicates ?? defaultReplicates,
  };
  return evaluationOf(result, source, calibrator, notes, plan);
}

function optionsOf(document: Plan, own: Omit<EvaluateOptions, "plan">, registry: Methods): EvaluateOptions {
  const plan = readPlan(document, registry);
  const { calibrator: _, ...rest } = own;
  return {
    ...rest,
    ...measureOptionsOf(plan, registry.metrics),
    ...(plan.calibrator && { calibrator: plan.calibrator }),
  };
}

function evaluationOf(
  result: MeasureResult,
  source: Source,
  calibrator: Calibrator | undefined,
  notes: string[],
  plan: Plan,
): Evaluation {
  const evaluation: Evaluation = {
    rows: result.rows,
    classes: source.classes.length,
    kind: source.capture.kind,
    metrics: result.metrics,
    notes: [...notes, ...remarks(result)],
    plan,
  };
  if (result.confusion) evaluation.confusion = result.confusion;
  if (result.perClass)
    evaluation.perClass = Object.fromEntries(result.perClass.map((values, k) => [source.classes[k]!, values]));
  if (result.perSlice) evaluation.perSlice = result.perSlice;
  if (calibrator) evaluation.calibrator = { method: calibrator.method, params: calibrator.params };
  return evaluation;
}

function remarks(result: MeasureResult): string[] {
  const count = (n: number, rest: string): string => `${n.toLocaleString("en")} ${n === 1 ? "row" : "rows"} ${rest}`;
  const notes: string[] = [];
  if (result.ties > 0)
    notes.push(count(result.ties, "with two equal largest scores: the lowest index counts as the winner."));
  if (result.floored > 0)
    notes.push(count(result.floored, "where the calibrator gave the true label 0; it counts as 1e-15 in the NLL."));
  if (result.infinite > 0) notes.push(count(result.infinite, "where the true label is masked: the NLL is infinite."));
  return notes;
}
