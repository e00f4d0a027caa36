import { countBelow } from "../stats/bisect.js";
import { clopperPearson } from "../stats/clopperPearson.js";
import type { Ranked } from "./ranked.js";
import { type Rate, rateOf, type Rates, ratesOf } from "./rates.js";
import type { Band } from "./solve/index.js";

/** Rows by what is done about them: alerted, asked about, passed. */
export interface BandCounts {
  alertedPositives: number;
  alertedNegatives: number;
  askedPositives: number;
  askedNegatives: number;
  passedPositives: number;
  passedNegatives: number;
}

export function bandCounts({ negatives, positives }: Ranked, { low, high }: Band): BandCounts {
  const [n, m] = [negatives.length, positives.length];
  const [belowHigh, passedNegatives] = [countBelow(negatives, high), countBelow(negatives, low)];
  const [missed, passedPositives] = [countBelow(positives, high), countBelow(positives, low)];
  return {
    alertedPositives: m - missed,
    alertedNegatives: n - belowHigh,
    askedPositives: missed - passedPositives,
    askedNegatives: belowHigh - passedNegatives,
    passedPositives,
    passedNegatives,
  };
}

export function sumCounts(parts: readonly BandCounts[]): BandCounts {
  const sum = { ...parts[0]! };
  for (const part of parts.slice(1))
    for (const name of Object.keys(sum) as (keyof BandCounts)[]) sum[name] += part[name];
  return sum;
}

/** Rates of the upper threshold, and where there is a band what becomes of the rest. */
export interface BandRates extends Rates {
  /** Share of all rows that a person is asked about. */
  asked?: Rate;
  /** Share of the positives that pass: neither alerted nor asked about. */
  missed?: Rate;
}

/** @param banded whether there are two thresholds */
export function bandRates(counts: BandCounts, banded: boolean, confidence = 0.95, prior?: number): BandRates {
  const { alertedPositives: tp, alertedNegatives: fp, passedPositives, passedNegatives } = counts;
  const [asked, askedNegatives] = [counts.askedPositives + counts.askedNegatives, counts.askedNegatives];
  const fn = counts.askedPositives + passedPositives;
  const tn = askedNegatives + passedNegatives;
  const rates: BandRates = ratesOf({ tp, fp, fn, tn }, confidence, prior);
  if (!banded) return rates;
  const positives = tp + fn;
  if (prior === undefined) rates.asked = rateOf(asked, positives + fp + tn, confidence);
  else {
    const half = (1 + confidence) / 2;
    const [a, b] = [
      clopperPearson(counts.askedPositives, positives, half),
      clopperPearson(askedNegatives, fp + tn, half),
    ];
    const mix = (x: number, y: number): number => prior * x + (1 - prior) * y;
    rates.asked = {
      value: mix(counts.askedPositives / positives, askedNegatives / (fp + tn)),
      ci: [mix(a[0], b[0]), mix(a[1], b[1])],
    };
  }
  rates.missed = rateOf(passedPositives, positives, confidence);
  return rates;
}
