import {
  bootstrapWeights,
  LogitsError,
  type Measured,
  type Metric,
  type Params,
  type Predictions,
  RowArrays,
  selectRows,
} from "../core/index.js";
import { wilson } from "../stats/wilson.js";
import {
  defaultReplicates,
  matrix,
  type MeasureOptions,
  type MeasureResult,
  type MeasureState,
  paramsOf,
  type States,
} from "./measureState.js";
import { biasedInterval, centredInterval, farAbove, type Interval, percentileInterval } from "./interval.js";

/** What a statistic that keeps its rows is in each replicate, and its noise in as many as it takes to tell them apart. */
type RowReplicates = { value?: number; values: number[]; noise: number[] };

/** With more classes a class-wise calibration error has no interval. */
const mostReplicatedClasses = 100;
const mostConfusedClasses = 2000;

/**
 * Measures in parts: `add` rows here or in other measurements of the same options, `merge` their states, `finish` for the numbers.
 * The result does not depend on how rows were divided.
 */
export class Measurement {
  readonly state: MeasureState;
  /** For predictions that are added and then forgotten: no measure keeps them. */
  readonly arrays: RowArrays = new RowArrays();
  readonly #metrics: { metric: Metric; params: Params; key: string }[];
  /** The first metric of each state: it alone adds and merges. */
  readonly #owners: { metric: Metric; params: Params; key: string }[];
  readonly #options: MeasureOptions;
  readonly #replicates: number;
  readonly #seed: number;

  /** @param state of a measurement with the same options, to go on from; it is not copied. */
  constructor(all: readonly Metric[], options: MeasureOptions, state?: MeasureState) {
    this.#options = options;
    this.#seed = options.seed ?? 0;
    this.#replicates = 4 * Math.ceil((options.replicates ?? defaultReplicates) / 4);
    const wanted = options.metrics;
    for (const name of wanted ?? []) {
      if (!all.some((metric) => metric.name === name)) {
        throw new LogitsError(
          "bad-argument",
          `Cannot measure ${name}: a metric must be one of ${all.map((m) => m.name).join(", ")}, got ${name}`,
        );
      }
    }
    this.#metrics = all
      .filter((metric) => !wanted || wanted.includes(metric.name))
      .filter((metric) => metric.state === "sums" || options.rankStatistics !== false)
      .map((metric) => {
        const params = paramsOf(metric, options);
        return { metric, params, key: metric.shares ? `${metric.shares} ${JSON.stringify(params)}` : metric.name };
      });
    this.#owners = this.#metrics.filter(({ key }, i) => this.#metrics.findIndex((other) => other.key === key) === i);
    this.state = state ?? this.#empty();
  }

  #empty(): MeasureState {
    const { classes, perClass, perSlice } = this.#options;
    const state: MeasureState = {
      rows: 0,
      end: 0,
      floored: 0,
      infinite: 0,
      ties: 0,
      states: this.#init(always),
      replicates: Array.from({ length: this.#replicates }, () => this.#init((metric) => this.#isReplicated(metric))),
    };
    if (classes <= mostConfusedClasses) state.confusion = new Float64Array(classes ** 2);
    if (perClass) state.byClass = Array.from({ length: classes }, () => ({ ...this.#init(onOneClass), rows: 0 }));
    if (perSlice) state.bySlice = new Map();
    return state;
  }

  #init(which: (metric: Metric) => boolean): States {
    const shape = { classes: this.#options.classes };
    return Object.fromEntries(
      this.#owners
        .filter(({ metric }) => which(metric))
        .map(({ metric, params, key }) => [key, metric.init(params, shape)]),
    );
  }

  add(rows: Predictions): void {
    if (!rows.labels) {
      throw new LogitsError("no-labels", "Cannot measure: every row must have a label, got none", {
        hint: "Name the labels with --labels-key (arrays) or --labels-column (tables).",
      });
    }
    if (rows.infinite > 0 && !this.#options.allowInfinite) {
      const row = rows.offset + rows.nll!.indexOf(Infinity);
      throw new LogitsError(
        "infinite-loss",
        `Cannot measure the NLL: every true label must have a probability above 0, got 0 at row ${row}`,
        {
          row,
          hint: "Use --allow-infinite to let the NLL be infinite.",
        },
      );
    }
    const { state } = this;
    state.rows += rows.rows;
    state.end = Math.max(state.end, rows.offset + rows.rows);
    state.floored += rows.floored;
    state.infinite += rows.infinite;
    for (let row = 0; row < rows.rows; row++) state.ties += rows.tie[row]!;
    for (const { metric, key } of this.#owners) metric.add(state.states[key], rows);
    this.#addReplicates(rows);
    if (state.confusion) {
      for (let row = 0; row < rows.rows; row++)
        state.confusion[rows.labels[row]! * rows.classes + rows.predicted[row]!]!++;
    }
    if (state.byClass) this.#addGroups(rows, (row) => state.byClass![rows.labels![row]!]!);
    if (state.bySlice) this.#addSlices(rows);
  }

  /** Each replicate of a class-wise measure costs every class of every row. */
  #isReplicated(metric: Metric): boolean {
    if (metric.state !== "sums" || metric.interval !== "bootstrap") return false;
    return metric.name !== "classwiseEce" || this.#options.classes <= mostReplicatedClasses;
  }

  #addReplicates(rows: Predictions): void {
    const replicated = this.#owners.filter(({ metric }) => this.#isReplicated(metric));
    if (replicated.length === 0) return;
    const weights = Array.from({ length: 4 }, () => new Float64Array(rows.rows));
    for (let quad = 0; 4 * quad < this.#replicates; quad++) {
      bootstrapWeights(this.#seed, quad, rows.offset, rows.rows, weights);
      for (let lane = 0; lane < 4; lane++) {
        const states = this.state.replicates[4 * quad + lane]!;
        for (const { metric, key } of replicated) metric.add(states[key], rows, weights[lane]!);
      }
    }
  }

  #addGroups(rows: Predictions, groupOf: (row: number) => States & { rows: number }): void {
    const members = new Map<States & { rows: number }, number[]>();
    for (let row = 0; row < rows.rows; row++) {
      const group = groupOf(row);
      const list = members.get(group);
      if (list) list.push(row);
      else members.set(group, [row]);
    }
    for (const [group, list] of members) {
      const part = selectRows(rows, list);
      group.rows += list.length;
      for (const { metric, key } of this.#owners) if (key in group) metric.add(group[key], part);
    }
  }

  #addSlices(rows: Predictions): void {
    for (const [name, column] of Object.entries(rows.batch.slices ?? {})) {
      const groups = this.#slice(name);
      this.#addGroups(rows, (row) => {
        const value = column[row]!;
        let group = groups.get(value);
        if (!group) groups.set(value, (group = { ...this.#init(always), rows: 0 }));
        return group;
      });
    }
  }

  #slice(name: string): Map<string, States & { rows: number }> {
    const all = this.state.bySlice!;
    let groups = all.get(name);
    if (!groups) all.set(name, (groups = new Map()));
    return groups;
  }

  merge(from: MeasureState): void {
    const into = this.state;
    into.rows += from.rows;
    into.end = Math.max(into.end, from.end);
    into.floored += from.floored;
    into.infinite += from.infinite;
    into.ties += from.ties;
    this.#mergeStates(into.states, from.states);
    from.replicates.forEach((states, r) => this.#mergeStates(into.replicates[r]!, states));
    from.confusion?.forEach((count, i) => (into.confusion![i]! += count));
    from.byClass?.forEach((states, k) => this.#mergeGroup(into.byClass![k]!, states));
    for (const [name, groups] of from.bySlice ?? []) {
      const own = this.#slice(name);
      for (const [value, group] of groups) {
        const known = own.get(value);
        if (known) this.#mergeGroup(known, group);
        else own.set(value, group);
      }
    }
  }

  #mergeGroup(into: States & { rows: number }, from: States & { rows: number }): void {
    into.rows += from.rows;
    this.#mergeStates(into, from);
  }

  #mergeStates(into: States, from: States): void {
    for (const { metric, key } of this.#owners) {
      if (key in into) into[key] = metric.merge(into[key], from[key]);
    }
  }

  finish(): MeasureResult {
    const { state } = this;
    const replicated = this.#rowReplicates();
    const metrics: Record<string, Measured> = {};
    for (const { metric, params, key } of this.#metrics) {
      const own = state.states[key];
      const value = metric.value(own);
      const measured: Measured = { value, convention: metric.convention(params) };
      const ci = this.#interval(metric, key, value, replicated);
      if (ci) {
        measured.ci = ci.bounds;
        measured.convention = { ...measured.convention, interval: ci.method };
      }
      metrics[metric.name] = measured;
    }
    const result: MeasureResult = {
      rows: state.rows,
      metrics,
      floored: state.floored,
      infinite: state.infinite,
      ties: state.ties,
    };
    if (state.confusion) result.confusion = matrix(state.confusion, this.#options.classes);
    if (state.byClass) result.perClass = state.byClass.map((group, k) => this.#groupValues(group, k));
    if (state.bySlice && state.bySlice.size > 0) {
      result.perSlice = Object.fromEntries(
        Array.from(state.bySlice, ([name, groups]) => [
          name,
          Object.fromEntries(Array.from(groups, ([value, group]) => [value, this.#groupValues(group)])),
        ]),
      );
    }
    return result;
  }

  #groupValues(group: States & { rows: number }, index?: number): Record<string, number> {
    const values: Record<string, number> = { rows: group.rows };
    for (const { metric, key } of this.#metrics) {
      if (index !== undefined && metric.perClass) values[metric.name] = metric.perClass(this.state.states[key])[index]!;
      else if (key in group) values[metric.name] = metric.value(group[key]);
    }
    return values;
  }

  /**
   * Values of the statistics that keep their rows, and their noise, in every replicate: one after another, because the weights of one are as long
   * as the rows.
   */
  #rowReplicates(): Map<Metric, RowReplicates> {
    const asked = this.#metrics.filter(({ metric }) => metric.state === "rows" && metric.interval === "bootstrap");
    const all = new Map<Metric, RowReplicates>(asked.map(({ metric }) => [metric, { values: [], noise: [] }]));
    if (asked.length === 0 || this.state.rows === 0) return all;
    const table = Array.from({ length: 4 }, () => new Float64Array(this.state.end));
    for (let quad = 0; 4 * quad < this.#replicates; quad++) {
      bootstrapWeights(this.#seed, quad, 0, this.state.end, table);
      for (const weights of table) {
        const weightOf = (index: number): number => weights[index]!;
        for (const { metric, key } of asked) {
          const own = this.state.states[key];
          const one = all.get(metric)!;
          one.values.push(metric.value(own, weightOf));
          if (!metric.rowNoise || one.noise.length < one.values.length - 1) continue;
          if (!farAbove((one.value ??= metric.value(own)), one.noise)) one.noise.push(metric.rowNoise(own, weightOf));
        }
      }
    }
    return all;
  }

  #interval(metric: Metric, key: string, value: number, ofRows: Map<Metric, RowReplicates>): Interval | undefined {
    if (metric.interval === "none" || this.state.rows === 0 || !Number.isFinite(value)) return undefined;
    if (metric.interval === "wilson")
      return { bounds: wilson(Math.round(value * this.state.rows), this.state.rows), method: "Wilson, 95 %" };
    if (this.#replicates === 0 || (metric.state === "sums" && !this.#isReplicated(metric))) return undefined;
    const kept = ofRows.get(metric);
    const { replicates, states } = this.state;
    const values = kept ? kept.values : replicates.map((one) => metric.value(one[key]));
    if (metric.replicatesHigher) return centredInterval(value, values);
    if (!metric.biasedUpwards) return percentileInterval(values);
    const noise = (r: number): number => (kept ? kept.noise[r]! : metric.noise!(states[key], replicates[r]![key]));
    return biasedInterval(value, values, metric.noise || metric.rowNoise ? noise : undefined, metric.most);
  }
}

const always = (): boolean => true;
/** A metric that looks at each class itself, or compares classes, has no use for rows of one class. */
const onOneClass = (metric: Metric): boolean => !metric.perClass && metric.shares !== "classScores";
