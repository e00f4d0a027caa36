import { checkBatch } from "../core/batch.js";
import { type Batch, LogitsError, type Params } from "../core/index.js";
import { clusterClasses } from "./clusters.js";
import { type By, type ConformalDocument, divisions, scoreNamed, scoreParams } from "./document.js";
import { rowsBy, sliceColumn } from "./groups.js";
import { quickThreshold } from "./quick.js";
import { checkAlpha } from "./rank.js";
import type { ConformalScore } from "./score.js";
import { type LabelScores, labelScores, labelsOf, type Scoring } from "./scored.js";
import { conformalThreshold, everything, toJsonNumber } from "./threshold.js";
import { warningsOf } from "./warnings.js";

export interface ConformOptions {
  /** Share of rows whose set may miss the truth; in (0, 1), default 0.1. */
  alpha?: number;
  /** Name of a score; default "raps". */
  score?: string;
  /** Of the score: lambda, kReg. */
  params?: Params;
  /** Default true: the random share of a class that is partly in, so that coverage is exactly what was asked for. */
  randomise?: boolean;
  /** Of everything random; default 0. */
  seed?: number;
  /** "all" rows share a threshold (default), or each class has its own, or each cluster of classes; see `group`. */
  by?: Exclude<By, "group">;
  /** A slice column: each of its values has a threshold of its own. */
  group?: string;
  /** How many clusters, instead of what the rows suggest. */
  clusters?: number;
  /** Keep all calibration scores in the document, for p-values. */
  keepScores?: boolean;
  classes?: string[];
}

export interface ConformResult {
  document: ConformalDocument;
  warnings: string[];
}

/** How rows are scored under these options. */
export function scoringFor(options: ConformOptions, scores: readonly ConformalScore[]): Scoring {
  const score = scoreNamed(scores, options.score ?? "raps");
  const unknown = Object.keys(options.params ?? {}).filter((name) =>
    score.params.every((param) => param.name !== name),
  );
  if (unknown.length > 0)
    throw new LogitsError(
      "bad-argument",
      `Cannot score by ${score.name}: it has ${score.params.length > 0 ? `only ${score.params.map(({ name }) => name).join(", ")}` : "no parameter"}, got ${unknown[0]}`,
    );
  return {
    score,
    params: scoreParams(score, options.params ?? {}),
    randomise: options.randomise ?? true,
    seed: options.seed ?? 0,
  };
}

/** What every document has, before thresholds are in it. */
export function envelope(scoring: Scoring, alpha: number, classes?: string[]): ConformalDocument {
  const { score, params, randomise, seed } = scoring;
  return {
    kind: "conformal",
    version: 1,
    method: score.name,
    params: {
      alpha,
      ...Object.fromEntries(score.params.map(({ name }) => [name, params[name as keyof typeof params]])),
      randomise: randomise && score.randomised,
      seed,
      procedure: "split",
      by: "all",
      thresholds: [],
    },
    ...(classes && { classes }),
  };
}

/** Thresholds from labelled rows that the model has not learned from. */
export function fitWith(scores: readonly ConformalScore[], batch: Batch, options: ConformOptions = {}): ConformResult {
  const { alpha = 0.1, by = "all", group } = options;
  checkAlpha(alpha);
  if (!divisions.includes(by) || (by as By) === "group")
    throw new LogitsError(
      "bad-argument",
      `Cannot make prediction sets: by must be one of all, class, cluster, got ${by}`,
      { hint: "A column that divides the rows is named by group." },
    );
  if (group !== undefined && by !== "all")
    throw new LogitsError("bad-argument", `Cannot make prediction sets: by must be all when group is given, got ${by}`);
  if (options.clusters !== undefined && by !== "cluster")
    throw new LogitsError(
      "bad-argument",
      `Cannot make prediction sets: by must be cluster when clusters is given, got ${group === undefined ? by : "group"}`,
    );
  const scoring = scoringFor(options, scores);
  const document = envelope(scoring, alpha, options.classes);
  if (batch.rows === 0)
    throw new LogitsError("bad-data", "Cannot make prediction sets: there must be at least 1 row, got 0");
  labelsOf(batch);
  checkBatch(batch);
  const quick = by === "all" && group === undefined && !options.keepScores && quickThreshold(batch, scoring, alpha);
  if (quick) {
    document.params.thresholds = [quick.threshold];
    return { document, warnings: warningsOf(document, batch, false, quick.masked) };
  }
  const given = labelScores(batch, scoring);
  const divided =
    group === undefined ? divide(by, batch, given, document, options) : byGroup(batch, given, alpha, group);
  Object.assign(document.params, divided);
  if (options.keepScores) document.params.calibration = kept(given, divided.by);
  return { document, warnings: warningsOf(document, batch, options.clusters !== undefined) };
}

type Divided = Pick<ConformalDocument["params"], "by" | "thresholds" | "column" | "groups" | "clusters">;

function divide(
  by: Exclude<By, "group">,
  batch: Batch,
  given: LabelScores,
  document: ConformalDocument,
  options: ConformOptions,
): Divided {
  const { alpha, seed } = document.params;
  if (by === "all") return { by, thresholds: [conformalThreshold(given, undefined, alpha)] };
  const rows = rowsBy(batch.labels!);
  const byClass = Array.from({ length: batch.classes }, (_, k) => rows.get(k) ?? []);
  if (by === "class") return { by, thresholds: byClass.map((own) => conformalThreshold(given, own, alpha)) };
  const { clusters: wanted } = options;
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 1))
    throw new LogitsError("bad-argument", `Cannot cluster classes: clusters must be an integer ≥ 1, got ${wanted}`);
  const { of, count, rest, rare } = clusterClasses(given.scores, byClass, alpha, seed, wanted);
  const members = rowsBy(rest.map((row) => of[batch.labels![row]!]!));
  const thresholds = Array.from({ length: count }, (_, c) =>
    conformalThreshold(
      given,
      (members.get(c) ?? []).map((at) => rest[at]!),
      alpha,
    ),
  );
  if (rare.length > 0) thresholds.push(rest.length > 0 ? conformalThreshold(given, rest, alpha) : everything(0));
  return { by, thresholds, clusters: of };
}

function byGroup(batch: Batch, given: LabelScores, alpha: number, column: string): Divided {
  const groups = [...rowsBy(sliceColumn(batch, column))].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    by: "group",
    column,
    groups: groups.map(([name]) => name),
    thresholds: groups.map(([, rows]) => conformalThreshold(given, rows, alpha)),
  };
}

/** All scores in order. */
function kept(
  given: LabelScores,
  by: By,
): { scores: (number | "Infinity" | "-Infinity")[]; fine: (number | "Infinity" | "-Infinity")[] } {
  if (by !== "all")
    throw new LogitsError(
      "bad-argument",
      `Cannot keep scores for p-values: by must be all, got ${by}: they are ranked among all rows`,
    );
  const { scores } = given;
  const fine = Float64Array.from(scores, (score, row) => (score === Infinity ? Infinity : (given.fine?.(row) ?? 0)));
  const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]! || fine[a]! - fine[b]! || 0);
  return { scores: order.map((row) => toJsonNumber(scores[row]!)), fine: order.map((row) => toJsonNumber(fine[row]!)) };
}
