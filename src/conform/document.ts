import { type Calibrator, checkParams, differingClass, isObject, LogitsError, type Params } from "../core/index.js";
import { checkAlpha } from "./rank.js";
import type { ConformalScore, ScoreParams } from "./score.js";
import type { Scoring } from "./scored.js";
import type { JsonNumber, Threshold } from "./threshold.js";

/** What share of what the thresholds are taken from. */
export type By = "all" | "group" | "class" | "cluster";
export const divisions: readonly By[] = ["all", "group", "class", "cluster"];

/** How the thresholds were found, and so what they promise. */
export type Procedure = "split" | "crc" | "rcps" | "ltt";
const procedures: readonly Procedure[] = ["split", "crc", "rcps", "ltt"];

/** A fitted predictor of sets: plain JSON that is saved, diffed, signed and shipped. */
export interface ConformalDocument {
  kind: "conformal";
  version: 1;
  /** Name of the score. */
  method: string;
  params: {
    alpha: number;
    /** Of RAPS and SAPS. */
    lambda?: number;
    /** Of RAPS. */
    kReg?: number;
    randomise: boolean;
    seed: number;
    procedure: Procedure;
    by: By;
    /** One; or one a group, class or cluster. */
    thresholds: Threshold[];
    /** The slice column that divides rows (`by` "group"), and the name of each threshold's group. */
    column?: string;
    groups?: string[];
    /** Which threshold each class has (`by` "cluster"). */
    clusters?: number[];
    /** What is kept below alpha, of crc, rcps and ltt. */
    risk?: { name: string; [param: string]: string | number | number[] };
    /** Share of calibration draws in which the risk may be higher, of rcps and ltt. */
    delta?: number;
    /** Every calibration score, smallest first, and what tells equal ones apart: for p-values. */
    calibration?: { scores: JsonNumber[]; fine: JsonNumber[] };
  };
  classes?: string[];
  /** Applied to a row's scores first. */
  calibrator?: Pick<Calibrator, "method" | "params">;
  fittedOn?: { rows: number; hash: string; date: string };
  metrics?: Record<string, number>;
}

/** The score that a name stands for. */
export function scoreNamed(scores: readonly ConformalScore[], name: unknown): ConformalScore {
  const found = scores.find((score) => score.name === name);
  if (!found)
    throw new LogitsError(
      "bad-argument",
      `Cannot make prediction sets: score must be one of ${scores.map((score) => score.name).join(", ")}, got ${String(name)}`,
    );
  return found;
}

/** Parameters of a score, defaults filled in. */
export function scoreParams(score: ConformalScore, given: Params): ScoreParams {
  const own = Object.fromEntries(
    score.params.filter(({ name }) => given[name] !== undefined).map(({ name }) => [name, given[name]!]),
  );
  const { lambda = 0, kReg = 0 } = checkParams(score, own) as { lambda?: number; kReg?: number };
  return { lambda, kReg };
}

/** How the rows of a document are scored. */
export function scoringOf(document: ConformalDocument, scores: readonly ConformalScore[]): Scoring {
  const score = scoreNamed(scores, document.method);
  const { lambda, kReg, randomise, seed } = document.params;
  const given = { ...(lambda !== undefined && { lambda }), ...(kReg !== undefined && { kReg }) };
  return { score, params: scoreParams(score, given), randomise, seed };
}

/**
 * The predictor of sets that a JSON document holds, checked before anything uses it.
 *
 * @param classes names of the scores' classes, or how many there are, where that is known
 * @throws "bad-data" when it is none; "mismatch" when it belongs to other scores
 */
export function readConformal(
  document: unknown,
  scores: readonly ConformalScore[],
  classes?: number | readonly string[],
): ConformalDocument {
  const refuse = (what: string, got: unknown): never => {
    throw new LogitsError(
      "bad-data",
      `Cannot use this predictor of sets: ${what}, got ${JSON.stringify(got)?.slice(0, 60)}`,
    );
  };
  if (!isObject(document)) return refuse("it must be a JSON object", document);
  const { kind, version, method, params, classes: own } = document as Partial<ConformalDocument>;
  if (kind !== "conformal")
    throw new LogitsError(
      "mismatch",
      `Cannot use this document for prediction sets: kind must be "conformal", got ${JSON.stringify(kind) ?? "none"}`,
    );
  if (version !== 1) return refuse("version must be 1", version);
  if (!scores.some(({ name }) => name === method))
    return refuse(`method must be one of ${scores.map(({ name }) => name).join(", ")}`, method);
  if (!isObject(params)) return refuse("params must be an object", params);
  checkFields(params, refuse);
  if (own !== undefined && !(Array.isArray(own) && own.every((name) => typeof name === "string")))
    return refuse("classes must be a list of names", own);
  const count = typeof classes === "object" ? classes.length : classes;
  checkClasses(own, classes, count);
  checkPlaces(params, count ?? own?.length, refuse);
  const read = document as unknown as ConformalDocument;
  scoringOf(read, scores);
  return read;
}

type Refuse = (what: string, got: unknown) => never;

function checkFields(params: Partial<ConformalDocument["params"]>, refuse: Refuse): void {
  const { alpha, randomise, seed, procedure, by, thresholds, column, groups, calibration } = params;
  if (typeof alpha !== "number") refuse("alpha must be a number in (0, 1)", alpha);
  checkAlpha(alpha as number);
  if (typeof randomise !== "boolean") refuse("randomise must be true or false", randomise);
  if (!Number.isInteger(seed) || (seed as number) < 0) refuse("seed must be an integer ≥ 0", seed);
  if (!procedures.includes(procedure as Procedure)) refuse(`procedure must be one of ${procedures}`, procedure);
  if (!divisions.includes(by as By)) refuse(`by must be one of ${divisions}`, by);
  if (!Array.isArray(thresholds) || thresholds.length === 0) refuse("thresholds must be a list", thresholds);
  for (const one of thresholds!) {
    if (!isNumber(one?.score) || !isNumber(one.fine))
      refuse('a threshold must have numbers score and fine (or "Infinity")', one);
  }
  if (by === "group" && (typeof column !== "string" || groups?.length !== thresholds!.length))
    refuse("column and one name of a group for each threshold must be there", groups);
  if (calibration === undefined) return;
  const { scores, fine } = calibration;
  if (
    !Array.isArray(scores) ||
    !Array.isArray(fine) ||
    scores.length !== fine.length ||
    ![...scores, ...fine].every(isNumber)
  )
    refuse("calibration must hold as many scores as fine ones", calibration);
}

const isNumber = (value: unknown): value is JsonNumber =>
  value === "Infinity" || value === "-Infinity" || (typeof value === "number" && Number.isFinite(value));

/** Thresholds of classes belong to them by their place. */
function checkPlaces(
  { by, thresholds, clusters }: ConformalDocument["params"],
  classes: number | undefined,
  refuse: Refuse,
): void {
  if (by === "class" && classes !== undefined && thresholds.length !== classes)
    refuse(`there must be a threshold for each of ${classes} classes`, thresholds.length);
  if (by !== "cluster") return;
  const known = (at: unknown): boolean =>
    Number.isInteger(at) && (at as number) >= 0 && (at as number) < thresholds.length;
  if (!Array.isArray(clusters) || !clusters.every(known) || (classes !== undefined && clusters.length !== classes))
    refuse("clusters must name a threshold for each class", clusters);
}

function checkClasses(
  own: readonly string[] | undefined,
  classes: number | readonly string[] | undefined,
  count: number | undefined,
): void {
  if (own === undefined || count === undefined) return;
  if (own.length !== count)
    throw new LogitsError(
      "mismatch",
      `Cannot use this predictor of sets: the scores must have its ${own.length} classes, got ${count}`,
    );
  if (typeof classes !== "object") return;
  const differ = differingClass(own, classes);
  if (differ < 0) return;
  throw new LogitsError(
    "mismatch",
    `Cannot use this predictor of sets: class ${differ} of the scores must be ${own[differ]}, as where it was fitted, got ${classes[differ]}`,
    {
      column: differ,
      hint: "Put the classes in its order; --classes names them where they are the same by another name.",
    },
  );
}
