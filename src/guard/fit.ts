import {
  type Batch,
  checkParams,
  hashBatch,
  LogitsError,
  type Params,
  predictions,
  type Replicates,
  shuffled,
  takeRows,
} from "../core/index.js";
import { checkReplicates } from "./copies.js";
import { detectors as all } from "./detectors.js";
import { COMBINED, type Detector, type Guard, type GuardParams, type GuardRows } from "./method.js";
import { type Placed, place, POOLED, type Ready } from "./ranks.js";

export interface GuardOptions {
  /** Names of the classes; default 0, 1, 2 … */
  classes?: readonly string[];
  /** Ranked among benign rows of the same predicted class, or among all; default "predicted". */
  by?: "predicted" | "none";
  /** How p-values become one; default "fisher". */
  method?: "fisher" | "bonferroni";
  /** Names of detectors; default all that the rows allow. */
  detectors?: readonly string[];
  /** Of detectors, by name. */
  params?: Record<string, Params>;
  /** Several rows of scores for each item. */
  replicates?: Replicates;
  /** False where a row is itself the mean of its replicates, so that none has moved from it; default true. */
  atRest?: boolean;
  /** A class needs so many rows to be ranked in by itself, ≥ 1; default 100, with which p ≤ 0.01 can be reached. */
  minRows?: number;
  /** At most so many rows are kept of a group, ≥ 1; default 2000. Which ones is drawn, so what is promised stays exact. */
  keep?: number;
  /** Of the division of the rows, default 0. */
  seed?: number;
}

/** A guard, and what there is to say about it. */
export interface FittedGuard {
  guard: Guard;
  notes: string[];
}

/** Shares of the benign rows for learning means and covariances, for ranking, and for ranking the combined statistic again. */
const division = { fisher: [0.2, 0.4], bonferroni: [0.2, 0.6] } as const;
const fewest = 20;

/**
 * Learns from benign rows what is usual: p-values of new rows are ranks among them, so a benign row has p ≤ α with probability at most α, whatever its scores
 * are like. Labels are not used.
 *
 * The rows are divided by seed: a fifth for means and covariances, two fifths to rank each detector in, two fifths in which the combined statistic
 * (−2 Σ ln p, Fisher) is ranked again, because the p-values of one row depend on each other. "bonferroni" takes the smallest p times their number instead.
 *
 * @param batch rows × classes. Of probabilities, detectors that need a row's own zero are left out.
 * @throws "bad-data" with fewer than 20 rows; "not-finite", "bad-argument", "mismatch".
 *
 * Vovk, Gammerman & Shafer 2022, §2.2 and §4.6 (conformal p-values given a category); Fisher 1932.
 *
 * @example
 *     const { guard } = fitGuard(benign, { classes: ["normal", "dos"] });
 *     scorer(guard)(batch)[0].p
 */
export function fitGuard(batch: Batch, options: GuardOptions = {}): FittedGuard {
  const { by = "predicted", method = "fisher", minRows = 100, keep = 2000, seed = 0, replicates } = options;
  const classes = options.classes ?? Array.from({ length: batch.classes }, (_, k) => String(k));
  check(batch, classes, options);
  const scores = predictions(batch);
  if (replicates) checkReplicates(replicates, batch.rows, batch.classes);
  const notes: string[] = [];
  const chosen = choose(batch, options, notes);

  const order = shuffled(batch.rows, seed, "folds");
  const cuts = division[method].map((share) => Math.ceil(share * batch.rows));
  const [forLearning, forRanks, forAgain] = [
    order.subarray(0, cuts[0]),
    order.subarray(cuts[0]!, cuts[0]! + cuts[1]!),
    order.subarray(cuts[0]! + cuts[1]!),
  ].map((some) => part({ scores, ...(replicates && { replicates }) }, some)) as [GuardRows, GuardRows, GuardRows];

  const learned: GuardParams["detectors"] = chosen.map(({ detector, params }) => ({
    name: detector.name,
    params,
    ...(detector.learn && { learned: detector.learn(forLearning, params) }),
  }));
  const ready: Ready[] = chosen.map(({ detector, params }, d) => ({
    detector,
    values: detector.measure(params, learned[d]!.learned, batch.classes),
  }));
  const predicted = countOf(scores.predicted, batch.classes);
  const groups = by === "predicted" ? ownGroups([forRanks, forAgain], batch.classes, minRows) : [];
  const ranks = rankRows(ready, forRanks, groups, keep);
  const placed = place(method, ready, sortedOf(ready, ranks), forAgain);
  const again: GuardParams["again"] = {};
  if (method === "fisher")
    for (const group of [POOLED, ...groups]) again[group] = kept(placed.score, rowsOf(forAgain, group), keep);
  say(notes, { by, method, classes, predicted, groups, minRows, ranks, again });
  const guard: Guard = {
    kind: "guard",
    version: 1,
    method,
    params: {
      by,
      kind: batch.kind === "logits" ? "logits" : "probs",
      detectors: learned,
      ranks,
      again,
      reference: referenceOf(ready, placed, keep),
      predicted,
    },
    classes: [...classes],
    fittedOn: { rows: batch.rows, hash: hashBatch(batch), date: new Date().toISOString().slice(0, 10) },
    metrics: {
      smallestP: smallest({ method, ranks, again, combined: ready.filter((one) => one.detector.combined).length }),
    },
  };
  return { guard, notes };
}

function check(batch: Batch, classes: readonly string[], { minRows = 100, keep = 2000 }: GuardOptions): void {
  const refuse = (code: "bad-argument" | "bad-data" | "mismatch", what: string): never => {
    throw new LogitsError(code, `Cannot fit a guard: ${what}`);
  };
  if (classes.length !== batch.classes)
    refuse("mismatch", `there must be one name a class (${batch.classes}), got ${classes.length}`);
  if (batch.classes < 2) refuse("bad-data", `there must be at least 2 classes, got ${batch.classes}`);
  if (!(batch.rows >= fewest)) refuse("bad-data", `there must be at least ${fewest} benign rows, got ${batch.rows}`);
  for (const [name, value] of Object.entries({ minRows, keep }))
    if (!(Number.isInteger(value) && value >= 1))
      refuse("bad-argument", `${name} must be an integer ≥ 1, got ${value}`);
}

/** The detectors that are wanted and possible, with their parameters. */
function choose(
  batch: Batch,
  { detectors: wanted, params = {}, replicates, atRest = true }: GuardOptions,
  notes: string[],
): { detector: Detector; params: Params }[] {
  const names = all.map(({ name }) => name);
  for (const name of [...(wanted ?? []), ...Object.keys(params)])
    if (!names.includes(name))
      throw new LogitsError(
        "bad-argument",
        `Cannot fit a guard: detectors must be some of ${names.join(", ")}, got ${name}`,
      );
  const normalised = batch.kind !== "logits";
  const left: string[] = [];
  const chosen = all.filter((detector) => {
    if (wanted && !wanted.includes(detector.name)) return false;
    const why = impossible(detector);
    if (why === undefined) return true;
    if (wanted) throw new LogitsError("mismatch", `Cannot fit a guard: ${detector.name} ${why}`);
    if (detector.gauge === "raw") left.push(detector.name);
    else if (detector === noiseOddsOf(all) && replicates) notes.push(`noiseOdds is left out: it ${why}.`);
    return false;
  });
  if (left.length > 0)
    notes.push(
      `${left.join(", ")} are left out: they need raw logits, and these are ${batch.kind === "probs" ? "probabilities" : "log-probabilities"}.`,
    );
  if (!chosen.some(({ combined }) => combined))
    throw new LogitsError(
      "bad-argument",
      "Cannot fit a guard: at least one detector must be one that is combined, got none",
    );
  return chosen.map((detector) => ({ detector, params: checkParams(detector, params[detector.name]) }));

  function impossible(detector: Detector): string | undefined {
    if (detector.gauge === "raw" && normalised) return `needs raw logits, got ${batch.kind}`;
    if (detector.needs === "replicates" && !replicates) return "needs replicates, got none";
    if (detector === noiseOddsOf(all) && !atRest)
      return "needs the row at rest, and here it is the mean of its replicates";
    return undefined;
  }
}

const noiseOddsOf = (list: readonly Detector[]): Detector | undefined => list.find(({ name }) => name === "noiseOdds");

function part({ scores, replicates }: GuardRows, rows: Uint32Array): GuardRows {
  const { classes } = scores;
  const some: GuardRows = { scores: predictions(takeRows(scores.batch, rows)) };
  if (replicates) {
    const size = replicates.replicates * classes;
    const values = new Float64Array(rows.length * size);
    rows.forEach((row, i) => values.set(replicates.values.subarray(row * size, (row + 1) * size), i * size));
    some.replicates = { ...replicates, values, rows: rows.length };
  }
  return some;
}

function countOf(predicted: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const winner of predicted) counts[winner]!++;
  return counts;
}

/** Classes with enough rows in each part. */
function ownGroups(parts: GuardRows[], classes: number, minRows: number): string[] {
  const counts = parts.map(({ scores }) => countOf(scores.predicted, classes));
  return Array.from({ length: classes }, (_, k) => k)
    .filter((k) => counts.every((count) => count[k]! >= minRows))
    .map(String);
}

function rowsOf({ scores }: GuardRows, group: string): number[] {
  const rows = Array.from({ length: scores.rows }, (_, row) => row);
  return group === POOLED ? rows : rows.filter((row) => String(scores.predicted[row]) === group);
}

/** The values of the first `keep` of these rows, which lie in an order that was drawn, sorted. */
const kept = (values: Float64Array, rows: readonly number[], keep: number): number[] =>
  Array.from(Float64Array.from(rows.slice(0, keep), (row) => values[row]!).sort());

function rankRows(ready: readonly Ready[], rows: GuardRows, groups: string[], keep: number): GuardParams["ranks"] {
  const values = ready.map((one) => one.values(rows));
  const ranks: GuardParams["ranks"] = {};
  for (const group of [POOLED, ...groups]) {
    const own = rowsOf(rows, group);
    ranks[group] = Object.fromEntries(ready.map(({ detector }, d) => [detector.name, kept(values[d]!, own, keep)]));
  }
  return ranks;
}

/** Sorted values by group, in the order of the detectors. */
export function sortedOf(ready: readonly Ready[], ranks: GuardParams["ranks"]): Map<string, Float64Array[]> {
  return new Map(
    Object.entries(ranks).map(([group, values]) => [
      group,
      ready.map(({ detector }) => Float64Array.from(values[detector.name]!)),
    ]),
  );
}

/** The positions of benign rows that are not ranked in: sorted, for each thing that a stream is watched by. */
function referenceOf(ready: readonly Ready[], { below, score }: Placed, keep: number): GuardParams["reference"] {
  const rows = Array.from(score.subarray(0, keep), (_, row) => row);
  const sorted = (value: (row: number) => number): number[] => Array.from(Float64Array.from(rows, value).sort());
  return {
    [COMBINED]: sorted((row) => score[row]!),
    ...Object.fromEntries(
      ready.map(({ detector }, d) => [detector.name, sorted((row) => below[row * ready.length + d]!)]),
    ),
  };
}

interface Said {
  by: string;
  method: Guard["method"];
  classes: readonly string[];
  predicted: number[];
  groups: string[];
  minRows: number;
  ranks: GuardParams["ranks"];
  again: GuardParams["again"];
}

function say(notes: string[], { by, classes, predicted, groups, minRows, ...rest }: Said): void {
  const total = predicted.reduce((sum, n) => sum + n, 0);
  const few = classes.filter((_, k) => predicted[k]! > 0 && !groups.includes(String(k)));
  const none = classes.filter((_, k) => predicted[k] === 0);
  if (by === "predicted" && few.length > 0) {
    const rows = predicted.reduce((sum, n, k) => sum + (groups.includes(String(k)) ? 0 : n), 0);
    notes.push(
      `Too few benign rows were predicted as ${listOf(few)} to rank among (fewer than ${minRows} in a part): they are ranked among all benign rows. They are ${((100 * rows) / total).toFixed(1)} % of the benign rows, and by so much at most the rate of false positives can be above α.`,
    );
  }
  if (none.length > 0)
    notes.push(`No benign row was predicted as ${listOf(none)}: such rows are ranked among all benign rows.`);
  const lowest = smallest({ ...rest, combined: undefined });
  if (lowest > 0.01)
    notes.push(`With so few benign rows no p-value can be below ${lowest.toPrecision(2)}: 1 % cannot be reached.`);
}

const listOf = (names: readonly string[]): string =>
  names.length <= 8 ? names.join(", ") : `${names.slice(0, 8).join(", ")} and ${names.length - 8} more classes`;

/** The smallest p-value that a row can get, where most rows are ranked. */
function smallest({
  method,
  ranks,
  again,
  combined = Object.keys(ranks[POOLED]!).length,
}: Pick<Said, "method" | "ranks" | "again"> & { combined: number | undefined }): number {
  if (method === "fisher") return 1 / (again[POOLED]!.length + 1);
  return Math.min(1, (2 * combined) / (Object.values(ranks[POOLED]!)[0]!.length + 1));
}
