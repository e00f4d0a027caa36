import { LogitsError } from "../core/index.js";
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
 * Probability of a set of tokens at another temperature: P = (L + U)/(K + U + R), with u = p^(1/T); K sums u over all listed tokens, L over the listed
 * ones of the set, U over `unlisted` unseen tokens of the set, R over the other unseen ones.
 *
 * P grows with U and falls with R. hi: the unlisted ones of the set hold as much mass as they can, min(m, j·cap), with the largest Σ u; the others what is
 * left, with the smallest. lo: the reverse. Which completion gives the largest Σ u is said at `powerSum`; both ends are attained when the values are exact.
 * At T = 1 and without unlisted members P is known: the sum of what is listed.
 *
 * @param distribution listed log-probabilities, cap, vocabulary (without it lo is 0 at T > 1, when anything is unseen), error.
 * @param set.listed indices into `distribution.logprobs`.
 * @param set.unlisted how many tokens of the set are not listed; default 0.
 * @param options.temperature T > 0; default and no-op 1.
 * @param options.within width up to which `value` is given; default 0.
 * @throws "bad-argument" for an index outside; "bad-data" as `Truncated` is checked.
 * @example
 *     massBounds({ logprobs: [Math.log(0.6), Math.log(0.3)] }, { listed: [1], unlisted: 1 })  // 0.3 to 0.4
 */
export function massBounds(
  distribution: Truncated,
  set: { listed?: readonly number[]; unlisted?: number },
  options: BoundsOptions = {},
): Interval {
  const s = powerOf(options);
  const { listed = [], unlisted = 0 } = set;
  const about = known(distribution);
  const chosen = new Set(listed);
  for (const index of chosen)
    if (!(Number.isInteger(index) && index >= 0 && index < distribution.logprobs.length))
      refuse(`an index must be an integer in [0, ${distribution.logprobs.length - 1}], got ${index}`);
  if (!(Number.isInteger(unlisted) && unlisted >= 0 && unlisted <= about.others))
    refuse(`the number of unlisted tokens must be an integer in [0, ${about.others}], got ${unlisted}`);
  const part = (index: number): number => Math.exp(s * (distribution.logprobs[index]! - about.reference));
  let inside = 0;
  let outside = 0;
  for (let i = 0; i < distribution.logprobs.length; i++) {
    if (chosen.has(i)) inside += part(i);
    else outside += part(i);
  }
  const lo = share(inside, outside, least(about, unlisted, s));
  const hi = share(inside, outside, most(about, unlisted, s));
  // Odds change by at most e^±2d when every ln u changes by at most d; at T = 1 no other token matters, and p itself is off by e^±d.
  const slack = (s === 1 && unlisted === 0 ? 1 : 2 * s) * about.error;
  if (s === 1 && unlisted === 0) {
    const p = inside * Math.exp(about.reference);
    return interval(p * Math.exp(-slack), Math.min(1, p * Math.exp(slack)), about.unseen, options.within);
  }
  return interval(shifted(lo, -slack), shifted(hi, slack), about.unseen, options.within);
}

/**
 * Probability of one listed token at another temperature; see `massBounds`.
 *
 * @example
 *     probabilityBounds({ logprobs: [Math.log(0.6), Math.log(0.3)], vocabulary: 4 }, 0, { temperature: 2 })
 *     // 0.4377… to 0.4727…: 0.1 is unseen, in one token or in two of 0.05
 */
export function probabilityBounds(distribution: Truncated, index: number, options: BoundsOptions = {}): Interval {
  return massBounds(distribution, { listed: [index] }, options);
}

/** Probability of one token that is not listed, at another temperature; see `massBounds`. */
export function unlistedProbabilityBounds(distribution: Truncated, options: BoundsOptions = {}): Interval {
  return massBounds(distribution, { unlisted: 1 }, options);
}

/** Σ u of unseen tokens: those of the set, and the others. */
type Unseen = [members: number, rest: number];

function share(inside: number, outside: number, [members, rest]: Unseen): number {
  if (rest === Infinity) return 0;
  if (members === Infinity) return 1;
  const all = inside + members + (outside + rest);
  return all > 0 ? (inside + members) / all : 0;
}

function most({ mass, cap, others }: Known, members: number, s: number): Unseen {
  // With less unseen mass the rest is smaller, with more the members are larger.
  const held = Math.min(mass[1], members * cap);
  const left = Math.max(0, mass[0] - held);
  return [members > 0 ? powerSum(held, cap, members, s)[1] : 0, powerSum(left, cap, others - members, s)[0]];
}

function least({ mass, cap, others }: Known, members: number, s: number): Unseen {
  const rest = others - members;
  const forced = rest === Infinity ? 0 : Math.max(0, mass[0] - rest * cap);
  return [
    forced > 0 ? powerSum(forced, cap, members, s)[0] : 0,
    powerSum(Math.max(0, mass[1] - forced), cap, rest, s)[1],
  ];
}

/** p with its log-odds moved. */
function shifted(p: number, by: number): number {
  if (by === 0 || p <= 0 || p >= 1) return p;
  const odds = Math.exp(-by) * (1 - p);
  return p / (p + odds);
}

function refuse(what: string): never {
  throw new LogitsError("bad-argument", `Cannot bound the mass of a set: ${what}`);
}
