import { type Guarantee, LogitsError } from "../../core/index.js";
import { percentOf } from "../percent.js";
import { joined, type Ranked } from "../ranked.js";
import { countsAt } from "../rates.js";
import { budgetThreshold } from "./budget.js";
import { type Costs, costThresholds } from "./cost.js";
import { falsePositiveThreshold } from "./falsePositives.js";
import { fBetaThreshold } from "./fBeta.js";
import { precisionThreshold } from "./precision.js";
import { recallThreshold } from "./recall.js";
import { type Refusal, said, type Solution } from "./solution.js";

/** What a threshold is wanted for. One of the first eight; `minRecall` also beside `maxFpr` or `minPrecision`. */
export interface Wish {
  /** This threshold on P(positive) itself, in (0, 1). */
  at?: number;
  maxFpr?: number;
  minPrecision?: number;
  minRecall?: number;
  /** Most of the accepted rows that may be wrong, where "positive" is that the winner is right. */
  maxRisk?: number;
  costs?: Costs;
  beta?: number;
  /** Share of all rows that may be alerts. */
  budget?: number;
  /** A second threshold on P(positive), below `at`: a person is asked between them. */
  low?: number;
  /** Ask a person between the thresholds of two promises, instead of wanting one threshold to keep both. */
  abstain?: boolean;
  /** Share of positives in production, where it is not that of the rows. */
  prior?: number;
  /** Default 0.95. */
  confidence?: number;
}

/** Rows at or above `high` are alerts, rows below `low` pass; both are the same where there is one threshold. */
export interface Band {
  low: number;
  high: number;
}

export type Solved = (Band & { guarantees: Guarantee[] }) | Refusal;

/** ln p/(1 − p). */
export const logit = (p: number): number => Math.log(p) - Math.log1p(-p);

/**
 * What changes in the log-odds of every row when another share is positive: ln of the ratio of both odds.
 *
 * Saerens, Latinne and Decaestecker, Neural Computation 2002.
 */
export function priorShift(prior: number | undefined, positives: number, rows: number): number {
  if (prior === undefined) return 0;
  return logit(prior) - (Math.log(positives) - Math.log(rows - positives));
}

/**
 * Finds what is wished for, or says why it cannot be had.
 *
 * @param pieces as `rankedPieces` deals them
 * @throws "bad-argument" for wishes that contradict each other or are out of range
 */
export function solve(pieces: readonly Ranked[], wish: Wish): Solved {
  checkWish(wish);
  const { at, maxFpr, minPrecision, minRecall, maxRisk, costs, beta, budget, prior } = wish;
  const both = minRecall !== undefined && (maxFpr !== undefined || minPrecision !== undefined);
  // Two promises hold together when their errors add up to the one that was asked for.
  const confidence = both ? (1 + (wish.confidence ?? 0.95)) / 2 : (wish.confidence ?? 0.95);
  if (at !== undefined) return single({ threshold: logit(at) }, wish);
  if (costs) return { ...costThresholds(joined(pieces), costs, prior), guarantees: [] };
  if (beta !== undefined) return single(fBetaThreshold(joined(pieces), beta, prior), wish);
  if (budget !== undefined) return single(budgetThreshold(joined(pieces), budget, confidence, prior), wish);
  if (maxRisk !== undefined) return single(precisionThreshold(pieces, 1 - maxRisk, confidence, { risk: true }), wish);
  if (!both && minRecall !== undefined) return single(recallThreshold(joined(pieces), minRecall, confidence), wish);
  const upper =
    maxFpr === undefined
      ? precisionThreshold(pieces, minPrecision!, confidence, prior === undefined ? {} : { prior })
      : falsePositiveThreshold(joined(pieces), maxFpr, confidence);
  if (!both) return single(upper, wish);
  return paired(joined(pieces), upper, recallThreshold(joined(pieces), minRecall!, confidence), wish);
}

function single(found: Solution, { low }: Wish): Solved {
  if ("refused" in found) return found;
  const { threshold, guarantee } = found;
  const below = low === undefined ? threshold : logit(low);
  if (below > threshold)
    return {
      refused: `the lower threshold (${said(low!)}) is above the one that was found (${said(1 / (1 + Math.exp(-threshold)))})`,
    };
  return { low: below, high: threshold, guarantees: guarantee ? [guarantee] : [] };
}

/** One threshold that keeps both promises, or a band between the two that each keep one. */
function paired(rows: Ranked, upper: Solution, lower: Solution, { abstain = false }: Wish): Solved {
  if ("refused" in upper) return upper;
  if ("refused" in lower) return lower;
  const guarantees: [Guarantee, Guarantee] = [upper.guarantee!, lower.guarantee!];
  const [high, low] = [upper.threshold, lower.threshold];
  // What the higher threshold alerts of, a lower one does too: recall holds.
  if (high <= low) {
    guarantees[1] = { ...guarantees[1], count: countsAt(rows, high).tp };
    return { low: high, high, guarantees };
  }
  if (abstain) return { low, high, guarantees };
  return {
    refused: `no one threshold keeps both promises: the one needs a threshold of ${percentOf(high)}, the other of at most ${percentOf(low)}; asking a person between them (--abstain) would`,
  };
}

const goals = ["at", "maxFpr", "minPrecision", "minRecall", "maxRisk", "costs", "beta", "budget"] as const;

function checkWish(wish: Wish): void {
  const asked = goals.filter((goal) => wish[goal] !== undefined);
  const pair = asked.length === 2 && asked[1] === "minRecall" && ["maxFpr", "minPrecision"].includes(asked[0]!);
  if (asked.length !== 1 && !pair)
    refuse(`there must be one goal (or maxFpr or minPrecision with minRecall), got ${asked.join(", ") || "none"}`);
  if (wish.abstain && !pair) refuse("abstain must come with maxFpr or minPrecision, and minRecall", asked.join(", "));
  if (wish.low !== undefined && (pair || wish.costs || wish.minRecall !== undefined))
    refuse("low must come with one goal for the upper threshold", asked.join(", "));
  if (wish.at !== undefined && wish.low !== undefined && wish.low >= wish.at)
    refuse(`low must be below at (${wish.at})`, wish.low);
  for (const name of [
    "at",
    "maxFpr",
    "minPrecision",
    "minRecall",
    "maxRisk",
    "budget",
    "low",
    "prior",
    "confidence",
  ] as const) {
    const value = wish[name];
    if (value !== undefined && !(typeof value === "number" && value > 0 && value < 1))
      refuse(`${name} must be a number in (0, 1)`, value);
  }
  if (wish.beta !== undefined && !(wish.beta > 0 && wish.beta < Infinity))
    refuse("beta must be a number > 0", wish.beta);
  for (const [name, value] of Object.entries(wish.costs ?? {}))
    if (!(value >= 0 && value < Infinity)) refuse(`the cost of ${name} must be a number ≥ 0`, value);
  if (wish.costs && !(wish.costs.fp > 0 && wish.costs.fn > 0))
    refuse("costs must have fp and fn > 0", JSON.stringify(wish.costs));
}

function refuse(what: string, got?: unknown): never {
  throw new LogitsError("bad-argument", `Cannot find a threshold: ${what}${got === undefined ? "" : `, got ${got}`}`);
}
