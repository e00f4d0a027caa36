import { LogitsError } from "../core/index.js";
import { crossing } from "./entropy.js";
import { powerSum } from "./powerSum.js";
import {
  type BoundsOptions,
  type Interval,
  interval,
  type Known,
  known,
  powerOf,
  type Truncated,
} from "./truncated.js";

/**
 * How many tokens top-p keeps: the smallest n whose n most probable tokens have at least `p` together, at temperature T (u = p^(1/T)).
 *
 * Within the list n follows from Σ_{i≤n} u_i ≥ p(K + S), with S = Σ unseen u at its ends (`powerSum`). Beyond it, t more are enough when
 * (1−p)(K + top) ≥ p·rest, where top sums u over the t largest unseen tokens and rest over the others.
 * - lo: the t largest are all at the cap, and the rest have the smallest Σ u that is left to them. Attained.
 * - hi, T ≥ 1: uniform, where top = S·t/others and S is largest: t = others·(p − (1−p)K/S). Attained.
 * - hi, T < 1: with the t-th largest at y, top ≥ t·y^s and rest ≤ (m − ty)·y^(s−1), so top and rest together are worst when all are y:
 *   y^s(t − p·b) with b = m/y tokens, least at b = st/(p(s−1)).
 *
 * @param distribution listed log-probabilities, cap, vocabulary (without it hi may be Infinity), error.
 * @param p in (0, 1].
 * @param options.temperature T > 0; default and no-op 1. options.within: width up to which `value` is given; default 0.
 * @throws "bad-argument", "bad-data" as `Truncated` is checked.
 * @example
 *     topPSizeBounds({ logprobs: [Math.log(0.5), Math.log(0.2)], vocabulary: 100 }, 0.9)  // 3 to 68
 */
export function topPSizeBounds(distribution: Truncated, p: number, options: BoundsOptions = {}): Interval {
  if (!(p > 0 && p <= 1)) refuse("top-p", `p must be in (0, 1], got ${p}`);
  const s = powerOf(options);
  const about = ordered(known(distribution));
  const slack = 2 * s * about.error + 1e-12;
  const heads = cumulative(about.gaps, s);
  const lo = fewest(about, heads, oddsShifted(p, -slack), s);
  const hi = most(about, heads, oddsShifted(p, slack), s);
  return interval(lo, Math.max(lo, hi), about.unseen, options.within);
}

/**
 * How many tokens min-p keeps: those with P ≥ m·P_max, which is ln p ≥ ln p_max + T ln m. No sum is needed: every listed token is decided, and unlisted
 * ones only when the threshold q is at most the cap: at most ⌊mass/q⌋ of them reach it, and at least as many as are needed when the rest stay below it.
 *
 * @param m in [0, 1]; 0 keeps all.
 * @example
 *     minPCountBounds({ logprobs: [Math.log(0.5), Math.log(0.2)], vocabulary: 100 }, 0.3)  // 2 to 4: 0.3 may be 2 of 0.15
 */
export function minPCountBounds(distribution: Truncated, m: number, options: BoundsOptions = {}): Interval {
  if (!(m >= 0 && m <= 1)) refuse("min-p", `m must be in [0, 1], got ${m}`);
  const s = powerOf(options);
  const about = known(distribution);
  const { gaps, cap, others, mass, error } = about;
  if (gaps.length === 0) refuse("min-p", "at least one token must be listed, got none");
  const top = Math.max(gaps[0]!, 0);
  const least = Math.log(m) / s;
  const slack = 2 * error + 1e-12;
  // Where the largest token may be an unlisted one, the threshold is known up to it.
  const certain = gaps.filter((gap) => gap >= top + least + slack).length;
  const possible = gaps.filter((gap) => gap >= gaps[0]! + least - slack).length;
  const low = Math.exp(gaps[0]! + least - slack);
  const high = Math.exp(top + least + slack);
  const more = m === 0 ? others : Math.min(others, low > cap ? 0 : Math.floor((mass[1] / low) * (1 + 1e-12)));
  const below = others * high;
  const forced =
    high > cap || below >= mass[0] ? 0 : Math.min(others, Math.ceil(((mass[0] - below) / (cap - high)) * (1 - 1e-12)));
  const lo = m === 0 ? gaps.length + others : certain + (Number.isFinite(forced) ? forced : 0);
  return interval(lo, possible + more, about.unseen, options.within);
}

/**
 * Mass that the `k` most probable tokens have at temperature T. Up to the length of the list they are known, and S = Σ unseen u at its ends gives
 * Σ_{i≤k} u_i/(K + S). Beyond it, at T = 1, the unseen ones among them have between k'·m/others and min(m, k'·cap); at another temperature as in `topPSizeBounds`.
 *
 * @param k an integer ≥ 1.
 * @example
 *     topKMassBounds({ logprobs: [Math.log(0.5), Math.log(0.2)], vocabulary: 100 }, 3)  // 0.7 + 0.3/98 to 0.9
 */
export function topKMassBounds(distribution: Truncated, k: number, options: BoundsOptions = {}): Interval {
  if (!(Number.isInteger(k) && k >= 1)) refuse("top-k", `k must be an integer ≥ 1, got ${k}`);
  const s = powerOf(options);
  const about = ordered(known(distribution));
  const heads = cumulative(about.gaps, s);
  const size = (odds: Odds, end: typeof fewest): number => end(about, heads, odds, s);
  // The mass of k tokens is at least p exactly when top-p at p keeps at most k: both ends are found by bisection on the log-odds of p.
  const slack = 2 * s * about.error + 1e-12;
  const lo = crossing(-60, 60, (x) => size(oddsOf(x + slack), most) <= k);
  const hi = crossing(-60, 60, (x) => size(oddsOf(x - slack), fewest) <= k);
  const probability = (x: number): number => (x >= 60 ? 1 : 1 / (1 + Math.exp(-x)));
  return interval(probability(lo), probability(hi), about.unseen, options.within);
}

/** p and 1 − p, each with its digits. */
type Odds = [p: number, rest: number];
const oddsOf = (x: number): Odds => [1 / (1 + Math.exp(-x)), 1 / (1 + Math.exp(x))];
const oddsShifted = (p: number, by: number): Odds => {
  const all = p * Math.exp(by) + (1 - p);
  return [(p * Math.exp(by)) / all, (1 - p) / all];
};

/** The same with only the listed tokens that are surely larger than any other; those below the cap count as unseen. */
function ordered(about: Known): Known {
  const ceiling = Math.log(about.cap) - 1e-9;
  const head = about.gaps.filter((gap) => gap >= ceiling);
  const others = about.others + about.gaps.length - head.length;
  const low = about.gaps.subarray(head.length).reduce((sum, gap) => sum + Math.exp(gap), 0);
  return { ...about, gaps: head, others, mass: [about.mass[0] + low, about.mass[1] + low] };
}

function cumulative(gaps: Float64Array, s: number): Float64Array {
  const sums = new Float64Array(gaps.length);
  for (let i = 0; i < gaps.length; i++) sums[i] = (i > 0 ? sums[i - 1]! : 0) + Math.exp(s * gaps[i]!);
  return sums;
}

function fewest({ mass, cap, others }: Known, heads: Float64Array, [p, rest]: Odds, s: number): number {
  const all = heads.at(-1) ?? 0;
  const m = mass[0];
  const listed = heads.findIndex((head) => rest * head >= p * (all - head + powerSum(m, cap, others, s)[0]));
  if (listed >= 0) return listed + 1;
  const enough = (t: number): boolean =>
    rest * (all + t * cap ** s) >= p * powerSum(Math.max(0, m - t * cap), cap, others - t, s)[0];
  return heads.length + firstCount(Math.min(others, Math.ceil((m / cap) * (1 - 1e-12))), enough);
}

function most({ mass, cap, others }: Known, heads: Float64Array, [p, rest]: Odds, s: number): number {
  const all = heads.at(-1) ?? 0;
  const m = mass[1];
  const worst = powerSum(m, cap, others, s)[1];
  const listed = heads.findIndex((head) => rest * head >= p * (all - head + worst));
  if (listed >= 0) return listed + 1;
  if (s <= 1) {
    if (others === Infinity) return Infinity;
    return heads.length + Math.min(others, Math.max(1, Math.ceil(others * (p - (rest * all) / worst) * (1 - 1e-12))));
  }
  const enough = (t: number): boolean => {
    const b = Math.min(others, Math.max(m / cap, t, (s * t) / (p * (s - 1))));
    return rest * all + (m / b) ** s * (t - p * b) >= 0;
  };
  return heads.length + firstCount(others, enough);
}

/** The smallest whole number from 1 on for which `enough` holds; it goes on holding. */
function firstCount(last: number, enough: (t: number) => boolean): number {
  let hi = 1;
  while (hi < last && !enough(hi)) hi *= 2;
  if (hi === Infinity) return Infinity;
  let lo = Math.floor(hi / 2);
  hi = Math.min(hi, last);
  while (hi - lo > 1) {
    const middle = Math.floor((lo + hi) / 2);
    // Beyond 2^53 there is no whole number in between.
    if (middle <= lo || middle >= hi) break;
    if (enough(middle)) hi = middle;
    else lo = middle;
  }
  return hi;
}

function refuse(what: string, why: string): never {
  throw new LogitsError("bad-argument", `Cannot bound what ${what} keeps: ${why}`);
}
