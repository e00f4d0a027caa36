import { complement, type Rate } from "./rates.js";
import type { Guarantee } from "../core/index.js";
import { binomialLowerTail, binomialTail } from "../stats/binomialTail.js";
import { type BandCounts, bandRates } from "./bandRates.js";

/** What new rows say of one promise. */
export interface GuaranteeCheck {
  rate: Guarantee["rate"];
  side: Guarantee["side"];
  bound: number;
  confidence: number;
  class?: string;
  prior?: number;
  /** The rate on these rows, with its two-sided interval at the promise's confidence. */
  value: number;
  ci: [number, number];
  count: number;
  n: number;
  /** Probability of rows that speak as much against the promise, or more, were the rate just at its bound; absent with a prior. */
  pBroken?: number;
  /** Probability of rows that speak as much for it. */
  pKept?: number;
  /**
   * "broken": the promise is refuted by these rows, at the error that it was made with. "supported": these rows alone would prove it again. "not refuted":
   * neither; with many rows the rate is near the bound, with few nothing can be said. "untested": there is no row that it is about.
   */
  status: "supported" | "not refuted" | "broken" | "untested";
}

/**
 * Holds a promise against rows that it was not made on, by exact one-sided tests.
 *
 * For "at most b": it is broken where P(Bin(n, b) ≥ count) ≤ 1 − confidence, supported where P(Bin(n, b) ≤ count) is. So a policy whose rate is truly within
 * its bound is called broken with probability at most 1 − confidence. With a prior the limits of both rates at half the error each take the place of the
 * tests.
 *
 * @param counts what the policy does about the rows
 */
export function checkGuarantee(guarantee: Guarantee, counts: BandCounts): GuaranteeCheck {
  const { rate, side, bound, confidence, prior } = guarantee;
  const delta = 1 - confidence;
  const { count, n } = countsOf(rate, counts);
  const about = guarantee.class === undefined ? {} : { class: guarantee.class };
  const base = { rate, side, bound, confidence, ...about, ...(prior === undefined ? {} : { prior }), count, n };
  const found = (level: number): Rate => {
    const rates = bandRates(counts, true, level, prior);
    if (rate === "recall") return complement(rates.missed!);
    return rate === "risk" ? complement(rates.precision) : rates[rate];
  };
  const { value, ci } = found(confidence);
  const report = { ...base, value, ci };
  if (n === 0) return { ...report, status: "untested" };
  const least = side === "at least";
  if (prior !== undefined && (rate === "precision" || rate === "alerts")) {
    // Limits of one-sided error δ are those of a two-sided interval at 1 − 2δ.
    const [low, high] = found(Math.max(1 - 2 * delta, 1e-9)).ci;
    const broken = least ? high < bound : low > bound;
    const supported = least ? low >= bound : high <= bound;
    return { ...report, status: broken ? "broken" : supported ? "supported" : "not refuted" };
  }
  const [atLeast, atMost] = [binomialTail(count, n, bound), binomialLowerTail(count, n, bound)];
  const [pBroken, pKept] = least ? [atMost, atLeast] : [atLeast, atMost];
  return {
    ...report,
    pBroken,
    pKept,
    status: pBroken <= delta ? "broken" : pKept <= delta ? "supported" : "not refuted",
  };
}

function countsOf(rate: Guarantee["rate"], counts: BandCounts): { count: number; n: number } {
  const { alertedPositives, alertedNegatives, askedPositives, askedNegatives, passedPositives, passedNegatives } =
    counts;
  const alerts = alertedPositives + alertedNegatives;
  const negatives = alertedNegatives + askedNegatives + passedNegatives;
  const positives = alertedPositives + askedPositives + passedPositives;
  if (rate === "fpr") return { count: alertedNegatives, n: negatives };
  if (rate === "recall") return { count: positives - passedPositives, n: positives };
  if (rate === "precision") return { count: alertedPositives, n: alerts };
  if (rate === "risk") return { count: alertedNegatives, n: alerts };
  return { count: alerts, n: negatives + positives };
}
