import { concentrated, type Groups, uniform } from "./powerSum.js";
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
 * Entropy −Σ P ln P in nats of P ∝ p^s, s = 1/T, of a distribution of which only the listed tokens are known. With u = p^s, Z = Σ u and e = Σ u ln u / Z
 * it is ln Z − e, and one more token of ratio q adds G(q)/Z, where G(q) = q^s (1 + e − s ln q).
 *
 * As a function of how many unseen tokens there are at each q (a measure of given mass and count on [0, cap]) Z·(entropy − t) is convex, because Z ln Z
 * is: a stationary point is the smallest value there is, and it lies where a line touches G from below; the largest lies where one touches from above.
 *
 * - s = 1: Schur-concave; lo at the concentrated completion, hi at the uniform one. Both are attained.
 * - s < 1 (T > 1): G is concave, then convex. hi uniform: given S = Σ unseen u, even u are best, and their entropy grows with S up to the largest S there is.
 *   lo concentrated. Attained, but for lists of a few tokens at T > 3.
 * - s > 1 (T < 1): G is convex, then concave. hi: b equal tokens, with b where (s−1)(e − s ln(mass/b)) = 1, at most `others`. lo: some at the cap and
 *   the rest even, in the proportion at which the tangent of G there meets G(cap); for any number of others, the listed tokens alone. Attained but for
 *   the counts, which are let be real numbers.
 *
 * Rounded values: a change of every ln u by at most d changes the entropy by a factor within e^±2d, as E|−ln P − H| ≤ 2H.
 *
 * @param distribution listed log-probabilities, cap, vocabulary (without it hi is Infinity at T ≥ 1, when anything is unseen), error.
 * @param options.temperature T > 0; default and no-op 1.
 * @param options.within width up to which `value` is given; default 0.
 * @throws "bad-argument", "bad-data" as `Truncated` is checked.
 * @example
 *     entropyBounds({ logprobs: [Math.log(0.5), Math.log(0.25)], vocabulary: 4 })  // 1.0397… to 1.2130…: 0.25 or 0.125 + 0.125 are unseen
 */
export function entropyBounds(distribution: Truncated, options: BoundsOptions = {}): Interval {
  const s = powerOf(options);
  const about = known(distribution);
  const slack = 2 * s * about.error;
  const lo = lowest(about, s) * Math.exp(-slack);
  const hi = highest(about, s) * Math.exp(slack);
  return interval(lo, hi, about.unseen, options.within);
}

/** Perplexity e^entropy: the effective number of tokens. Its ends are those of the entropy; see `entropyBounds`. */
export function perplexityBounds(distribution: Truncated, options: BoundsOptions = {}): Interval {
  const { lo, hi, unseen } = entropyBounds(distribution, { ...options, within: 0 });
  return interval(Math.exp(lo), Math.exp(hi), unseen, options.within);
}

/** Z, Z − 1 (kept apart: it has the digits of a small entropy) and E = Σ u ln u, of the listed and of groups of unseen tokens. */
interface Tilted {
  z: number;
  beyond: number;
  e: number;
}

function tilted({ gaps }: Known, s: number, groups: Groups): Tilted {
  let beyond = -1;
  let e = 0;
  for (let i = 0; i < gaps.length; i++) {
    const u = Math.exp(s * gaps[i]!);
    if (i === 0 && gaps[0] === 0) beyond = 0;
    else beyond += u;
    if (u > 0) e += u * s * gaps[i]!;
  }
  for (const [count, each] of groups) {
    if (!(each > 0 && count > 0)) continue;
    const u = count * each ** s;
    beyond += u;
    e += u * s * Math.log(each);
  }
  return { z: 1 + beyond, beyond, e };
}

function entropyOf(about: Known, s: number, groups: Groups): number {
  const { z, beyond, e } = tilted(about, s, groups);
  return z > 0 ? Math.max(0, Math.log1p(beyond) - e / z) : 0;
}

function lowest(about: Known, s: number): number {
  const { cap, others, gaps } = about;
  const mass = about.mass[0];
  if (!(mass > 0)) return entropyOf(about, s, []);
  if (s > 1) return lowestSharpened(about, s, mass);
  const ceiling = Math.log(cap);
  const above = gaps.filter((gap) => gap >= ceiling - 1e-9).length;
  const below = gaps.length - above;
  // Below this a completion of equal tokens under the cap could have less; see the argument on G: its convex part is out of reach.
  if (s === 1 || s / (1 - s) >= (below + 1) / (Math.E * (above + 1)))
    return entropyOf(about, s, concentrated(mass, cap));
  return equalTokens(about, s, mass, others, 1);
}

/** a tokens at the cap and the rest even, a where the tangent of G at the even ones meets G(cap); before that point it passes above. */
function lowestSharpened(about: Known, s: number, mass: number): number {
  const { cap, others } = about;
  if (others === Infinity) return entropyOf(about, s, []);
  const groups = (a: number): Groups => [
    [a, cap],
    [others - a, Math.max(0, mass - a * cap) / (others - a)],
  ];
  const above = (a: number): boolean => {
    const x = groups(a)[1]![1];
    const { z, e } = tilted(about, s, groups(a));
    const mean = e / z;
    const g = (q: number): number => q ** s * (1 + mean - s * Math.log(q));
    const tangent = x > 0 ? g(x) + (cap - x) * s * x ** (s - 1) * (mean - s * Math.log(x)) : 0;
    return tangent > g(cap);
  };
  if (mass / others >= cap * (1 - 1e-12)) return entropyOf(about, s, uniform(mass, others));
  const a = crossing(0, Math.min(mass / cap, others * (1 - 1e-12)), above);
  return entropyOf(about, s, groups(a));
}

function highest(about: Known, s: number): number {
  const { others } = about;
  const mass = about.mass[1];
  if (!(mass > 0)) return entropyOf(about, s, []);
  if (s > 1) return equalTokens(about, s, mass, others, -1);
  if (others === Infinity) return Infinity;
  const { z, e } = tilted(about, s, []);
  // Even u are best while they are below the mean of the listed ones, which they are but where a listed token is below the cap.
  const even = Math.min((mass / others) ** s, z > 0 ? Math.exp(e / z) : Infinity);
  return entropyOf(about, s, [[others, s === 1 ? mass / others : even ** (1 / s)]]);
}

/**
 * Entropy with b equal unseen tokens of mass/b, b from mass/cap to `others`, at its extreme: d/db has the sign of 1 + (1−s)(e − ln u), which changes
 * once. For s < 1 that is the least entropy (sign 1), for s > 1 the largest (sign −1).
 */
function equalTokens(about: Known, s: number, mass: number, others: number, sign: 1 | -1): number {
  const first = Math.log(mass / about.cap);
  const last = others === Infinity ? first + 700 : Math.max(first, Math.log(others));
  const before = (logCount: number): boolean => {
    const count = Math.exp(logCount);
    const { z, e } = tilted(about, s, [[count, mass / count]]);
    const slope = 1 + (1 - s) * (e / z - s * (Math.log(mass) - logCount));
    return sign * slope < 0;
  };
  const count = Math.exp(crossing(first, last, before));
  return entropyOf(about, s, [[count, mass / count]]);
}

/** Where `before` stops being true, between two numbers; it is true first, if ever. */
export function crossing(first: number, last: number, before: (x: number) => boolean): number {
  if (!before(first)) return first;
  if (before(last)) return last;
  let lo = first;
  let hi = last;
  for (let i = 0; i < 200 && hi - lo > 1e-15 * Math.abs(hi); i++) {
    const middle = (lo + hi) / 2;
    if (before(middle)) lo = middle;
    else hi = middle;
  }
  return hi;
}
