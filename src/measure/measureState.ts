import { checkParams, type Measured, type Metric, type Params } from "../core/index.js";

export const defaultReplicates: number = 200;

/** What to measure. Plain data: it travels to the threads. */
export interface MeasureOptions {
  classes: number;
  /** Names of the metrics; all when absent. */
  metrics?: readonly string[];
  /** Parameters by name, for every metric that has one of that name. */
  params?: Params;
  /** Parameters of single metrics, over `params` (compatibility modes). */
  overrides?: Record<string, Params>;
  seed?: number;
  /** Bootstrap replicates behind an interval, a multiple of 4; default 200, 0 for none. */
  replicates?: number;
  /** False leaves out the statistics whose state grows with the rows. */
  rankStatistics?: boolean;
  perClass?: boolean;
  perSlice?: boolean;
  /** Let a masked true label make the NLL infinite instead of stopping. */
  allowInfinite?: boolean;
}

export interface MeasureResult {
  rows: number;
  metrics: Record<string, Measured>;
  confusion?: number[][];
  perClass?: Record<string, number>[];
  perSlice?: Record<string, Record<string, Record<string, number>>>;
  /** Rows where a calibrator's floor stood in for a probability of 0. */
  floored: number;
  /** Rows whose true label is masked. */
  infinite: number;
  ties: number;
}

/** The states of one group of rows: a metric's, by its name. */
export type States = Record<string, unknown>;

/** Everything measured so far, as plain data. */
export interface MeasureState {
  rows: number;
  end: number;
  floored: number;
  infinite: number;
  ties: number;
  states: States;
  /** replicates × metrics with "sums" states. */
  replicates: States[];
  confusion?: Float64Array;
  byClass?: (States & { rows: number })[];
  /** By column, then by value: names that people gave, and so no keys of an object. */
  bySlice?: Map<string, Map<string, States & { rows: number }>>;
}

/** The parameters of a metric: those given for it, else those given by name, else its defaults. */
export function paramsOf(metric: Metric, options: MeasureOptions): Params {
  const given: Params = {};
  for (const source of [options.params ?? {}, options.overrides?.[metric.name] ?? {}]) {
    for (const { name } of metric.params) if (source[name] !== undefined) given[name] = source[name];
  }
  return checkParams(metric, given);
}

/** Counts of label × prediction as rows. */
export function matrix(flat: Float64Array, size: number): number[][] {
  return Array.from({ length: size }, (_, row) => Array.from(flat.subarray(row * size, (row + 1) * size)));
}
