import { firstWhere } from "../stats/bisect.js";
import { ascending, type Pair } from "./pair.js";
import { type Batch, checkParams, LogitsError, type Params } from "../core/index.js";
import type { ConformalDocument, Procedure } from "./document.js";
import { type ConformOptions, type ConformResult, envelope, scoringFor } from "./fit.js";
import { learnThenTest } from "./learnThenTest.js";
import { checkAlpha } from "./rank.js";
import { type ConformalRisk, monotone, truthsOf } from "./risk.js";
import { riskPValue } from "./riskBound.js";
import type { ConformalScore } from "./score.js";
import { scorer, type Scoring } from "./scored.js";
import { everything, toJsonNumber } from "./threshold.js";

export interface ControlOptions extends Omit<ConformOptions, "by" | "group" | "clusters" | "keepScores"> {
  /** What is kept at most alpha: the name of a risk; default "miss". */
  risk?: string;
  /** Of the risk: missWeights, maxSize. */
  riskParams?: Params;
  /**
   * "crc": the expected risk is at most alpha (conformal risk control). "rcps": with confidence 1 − delta the risk is at most alpha. "ltt": the same by tests over a grid,
   * also for risks that larger sets can raise. Default "crc".
   */
  control?: Exclude<Procedure, "split">;
  /** Share of calibration draws in which the risk may be above alpha, of rcps and ltt; in (0, 1), default 0.1. */
  delta?: number;
  /** rows × classes of 0 and 1 where rows have several true classes; instead of labels. */
  truths?: ArrayLike<number>;
}

export interface Controlled extends ConformResult {
  /** False where no threshold can be promised; then the document must not be used. */
  met: boolean;
}

/** A true class of a row: the loss falls by `drop` where the threshold reaches its score. */
interface Fall extends Pair {
  drop: number;
}

/** One threshold that keeps a risk at most alpha, in expectation or with confidence. */
export function controlWith(
  scores: readonly ConformalScore[],
  risks: readonly ConformalRisk[],
  batch: Batch,
  options: ControlOptions = {},
): Controlled {
  const { alpha = 0.1, control = "crc", delta = 0.1, truths } = options;
  checkAlpha(alpha);
  const refuse = (what: string, got: unknown): never => {
    throw new LogitsError("bad-argument", `Cannot control a risk: ${what}, got ${String(got)}`);
  };
  const risk = risks.find(({ name }) => name === (options.risk ?? "miss"));
  if (!risk) return refuse(`risk must be one of ${risks.map(({ name }) => name).join(", ")}`, options.risk);
  if (!["crc", "rcps", "ltt"].includes(control)) refuse("control must be one of crc, rcps, ltt", control);
  if (control === "crc" && options.delta !== undefined)
    refuse("delta must be left out of crc, which bounds the expected risk (rcps and ltt have it)", delta);
  if (!(delta > 0 && delta < 1)) refuse("delta must be a number in (0, 1)", delta);
  if (!monotone(risk) && control !== "ltt")
    refuse(`control must be ltt for ${risk.name}, since larger sets can raise it`, control);
  if (batch.rows === 0) throw new LogitsError("bad-data", "Cannot control a risk: there must be at least 1 row, got 0");
  const riskParams = checkParams(risk, options.riskParams);
  const scoring = scoringFor(options, scores);
  const document = envelope(scoring, alpha, options.classes);
  const params = document.params;
  params.procedure = control;
  params.risk = { name: risk.name, ...(riskParams as Record<string, string | number>) };
  if (control !== "crc") params.delta = delta;
  if (control === "ltt") {
    const promised = learnThenTest(batch, { scoring, risk, riskParams, alpha, delta, ...(truths && { truths }) });
    params.thresholds = [promised.threshold];
    return { document, met: promised.met, warnings: promised.warnings };
  }
  const falls = fallsOf(batch, scoring, risk, riskParams, truths);
  const n = batch.rows;
  const accept =
    control === "crc"
      ? // Mean loss with one more row that costs all of 1.
        (sum: number) => sum + 1 <= alpha * (n + 1) + (n + 1) * 2 ** -50
      : (sum: number) => riskPValue(sum, n, alpha, risk.binary) <= delta;
  Object.assign(params, { thresholds: [lowest(falls, n, accept)] });
  return { document, met: true, warnings: unlimited(document) };
}

function unlimited({ params }: ConformalDocument): string[] {
  const [only] = params.thresholds;
  if (only!.score !== "Infinity") return [];
  return [
    `No finite threshold keeps ${params.risk!.name} at most ${params.alpha}${params.delta === undefined ? "" : ` with confidence ${1 - params.delta}`} on ${only!.rows.toLocaleString("en")} rows: every set holds every class.`,
  ];
}

function fallsOf(
  batch: Batch,
  scoring: Scoring,
  risk: ConformalRisk,
  params: Params,
  truths: ArrayLike<number> | undefined,
): Fall[] {
  const each = scorer(batch, scoring, "fit");
  const trueClasses = truthsOf(batch, truths);
  const { values, rows, classes } = each.batch;
  const falls: Fall[] = [];
  for (let row = 0; row < rows; row++) {
    each.enter(row);
    const own = trueClasses(row).map((k) => {
      const value = values[row * classes + k]!;
      return { k, score: each.scoreOf(value), fine: each.fineOf(value), drop: 0 };
    });
    own.sort(ascending);
    const drops = risk.drops(
      own.map(({ k }) => k),
      params,
    );
    for (const [i, { score, fine }] of own.entries()) if (drops[i]! > 0) falls.push({ score, fine, drop: drops[i]! });
  }
  return falls.sort(ascending);
}

/** The lowest threshold whose loss is accepted, where less loss always is; losses above it are those not yet reached. */
function lowest(
  falls: readonly Fall[],
  n: number,
  accept: (sum: number) => boolean,
): ConformalDocument["params"]["thresholds"][0] {
  // above[i]: what is lost when the threshold is just below fall i.
  const above = new Float64Array(falls.length + 1);
  for (let i = falls.length - 1; i >= 0; i--) above[i] = above[i + 1]! + falls[i]!.drop;
  if (!accept(0)) return everything(n);
  const low = firstWhere(falls.length, (i) => accept(above[i]!));
  // Falls from `low` on may be lost: the threshold is the one before, with all that tie with it.
  const last = falls[low - 1];
  if (!last) return { score: "-Infinity", fine: "-Infinity", rows: n, rank: 0 };
  if (last.score === Infinity) return everything(n);
  return { score: toJsonNumber(last.score), fine: toJsonNumber(last.fine), rows: n, rank: low };
}
