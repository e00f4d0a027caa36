import { ascending, type Pair } from "./pair.js";
import { type Batch, LogitsError } from "../core/index.js";
import { checkAlpha, conformalRank } from "./rank.js";
import type { ConformalScore } from "./score.js";
import { reaches, scorer, type Scorer, type Scoring } from "./scored.js";
import { type JsonNumber, toJsonNumber } from "./threshold.js";
import { type ConformOptions, scoringFor } from "./fit.js";

export interface AdaptiveOptions extends Pick<ConformOptions, "alpha" | "score" | "params" | "randomise" | "seed"> {
  /** Step size γ; range > 0, default 0.005. */
  gamma?: number;
  /** "fixed": γ (Gibbs & Candès 2021). "decaying": γ·t^(−0.6), for streams that settle (Angelopoulos, Barber & Bates 2024). Default "fixed". */
  step?: "fixed" | "decaying";
  /** How many of the last scores are the calibration rows; default 1,000. */
  window?: number;
}

/** Everything that the next row depends on: plain JSON. */
export interface AdaptiveState {
  kind: "adaptive-conformal";
  version: 1;
  /** Rows seen. */
  rows: number;
  /** Rows whose set missed the truth. */
  misses: number;
  /** The α in force; below 0 sets are everything, from 1 on they are empty. */
  alpha: number;
  /** The last scores of true classes, oldest first, and what tells equal ones apart. */
  scores: JsonNumber[];
  fine: JsonNumber[];
}

/** One row as it went by. */
export interface AdaptiveRow {
  set: number[];
  covered: boolean;
  /** The α that its set was made with. */
  alpha: number;
}

export interface AdaptiveConformal {
  /** The sets of rows before their labels are known. Changes nothing. */
  predict(batch: Batch): number[][];
  /** Rows in their order, each predicted with what was known before it, then learned from. */
  add(batch: Batch): AdaptiveRow[];
  state(): AdaptiveState;
}

/**
 * Adaptive conformal inference: sets for a stream that drifts. After each row α moves so that in the long run a share α of sets misses, whatever comes.
 *
 * α_{t+1} = α_t + γ_t (α − miss_t); sets are made by the conformal quantile of the last scores at α_t. With a fixed step
 * |mean of misses − α| ≤ (max(α, 1 − α) + γ)/(γ t) for any stream at all, an adversary's too.
 *
 * @param options alpha in (0, 1), default 0.1; gamma > 0, default 0.005; window ≥ 1, default 1,000
 * @param from a state to go on from
 * @throws "bad-argument"; "bad-data" for a state that is none
 * Gibbs & Candès, NeurIPS 2021; Angelopoulos, Barber & Bates, ICML 2024.
 * @example
 *     const stream = adaptiveConformal({ alpha: 0.1, score: "lac" });
 *     stream.add(batch);
 *     const saved = JSON.stringify(stream.state());
 */
export function adaptiveWith(
  scores: readonly ConformalScore[],
  options: AdaptiveOptions,
  from?: AdaptiveState,
): AdaptiveConformal {
  const { alpha = 0.1, gamma = 0.005, step = "fixed", window = 1000 } = options;
  checkAlpha(alpha);
  const refuse = (what: string, got: unknown): never => {
    throw new LogitsError("bad-argument", `Cannot follow a stream: ${what}, got ${String(got)}`);
  };
  if (!(gamma > 0 && gamma < Infinity)) refuse("gamma must be a number > 0", gamma);
  if (step !== "fixed" && step !== "decaying") refuse("step must be one of fixed, decaying", step);
  if (!(Number.isInteger(window) && window >= 1)) refuse("window must be an integer ≥ 1", window);
  const scoring: Scoring = scoringFor(options, scores);
  const own = from ? readState(from) : { rows: 0, misses: 0, alpha, known: [] as Pair[] };
  const sizeOf = (row: number): number => (step === "fixed" ? gamma : gamma * row ** -0.6);

  const limit = (): Pair => {
    if (own.alpha <= 0) return everyClass;
    if (own.alpha >= 1) return noClass;
    const rank = conformalRank(own.known.length, own.alpha);
    if (rank > own.known.length) return everyClass;
    return own.known.slice().sort(ascending)[rank - 1]!;
  };
  const setAt = (each: Scorer, row: number, limit: Pair): number[] => {
    const { values, classes } = each.batch;
    const set: number[] = [];
    each.enter(row);
    if (own.alpha >= 1) return set;
    for (let k = 0; k < classes; k++) {
      if (reaches(each, values[row * classes + k]!, limit)) set.push(k);
    }
    return set;
  };
  /** Rows without ids are known by how many came before them. */
  const inStream = (batch: Batch): Batch => ({ ...batch, offset: batch.offset ?? own.rows });
  return {
    predict(batch) {
      const each = scorer(inStream(batch), scoring, "apply");
      const now = limit();
      return Array.from({ length: batch.rows }, (_, row) => setAt(each, row, now));
    },
    add(batch) {
      const { labels, rows } = batch;
      if (!labels)
        throw new LogitsError("no-labels", "Cannot learn from a stream: every row must have a label, got none");
      const each = scorer(inStream(batch), scoring, "apply");
      const { values, classes } = each.batch;
      return Array.from({ length: rows }, (_, row) => {
        const set = setAt(each, row, limit());
        const covered = set.includes(labels[row]!);
        const made = own.alpha;
        own.rows++;
        if (!covered) own.misses++;
        own.alpha += sizeOf(own.rows) * (alpha - (covered ? 0 : 1));
        const value = values[row * classes + labels[row]!]!;
        own.known.push({ score: each.scoreOf(value), fine: each.fineOf(value) });
        if (own.known.length > window) own.known.shift();
        return { set, covered, alpha: made };
      });
    },
    state: () => ({
      kind: "adaptive-conformal",
      version: 1,
      rows: own.rows,
      misses: own.misses,
      alpha: own.alpha,
      scores: own.known.map(({ score }) => toJsonNumber(score)),
      fine: own.known.map(({ fine }) => toJsonNumber(fine)),
    }),
  };
}

const everyClass: Pair = { score: Infinity, fine: Infinity };
const noClass: Pair = { score: -Infinity, fine: -Infinity };

function readState(state: AdaptiveState): { rows: number; misses: number; alpha: number; known: Pair[] } {
  const { kind, version, rows, misses, alpha, scores, fine } = state;
  const whole = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
  const known = Array.isArray(scores) && Array.isArray(fine) && scores.length === fine.length;
  if (
    kind !== "adaptive-conformal" ||
    version !== 1 ||
    !whole(rows) ||
    !whole(misses) ||
    !Number.isFinite(alpha) ||
    !known
  )
    throw new LogitsError(
      "bad-data",
      `Cannot go on with a stream: the state must be one that this library wrote, got ${JSON.stringify(state)?.slice(0, 60)}`,
    );
  const pairs = scores.map((score, i): Pair => ({ score: Number(score), fine: Number(fine[i]) }));
  if (pairs.some((pair) => Number.isNaN(pair.score) || Number.isNaN(pair.fine)))
    throw new LogitsError("bad-data", "Cannot go on with a stream: its scores must be numbers, got others");
  return { rows, misses, alpha, known: pairs };
}
