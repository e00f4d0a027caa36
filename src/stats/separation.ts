import { type Rate } from "./proportion.js";
import { wilson, z95 } from "./wilson.js";

/**
 * How well a score tells two samples apart: the probability that one of `above` scores higher than one of `below`, ties counting half (area under the ROC curve).
 *
 * The interval holds every θ with |θ − θ̂| ≤ z √V(θ), V(θ) = θ(1 − θ)[1 + N(1 − θ)/(2 − θ) + Nθ/(1 + θ)]/(mn), N = (m + n)/2 − 1; so it has a width at θ̂ = 1 too.
 *
 * @param above, below m and n scores in any order, without NaN.
 * @returns NaN and [0, 1] where one of them is empty.
 *
 * Hanley & McNeil, Radiology 1982 (V); Newcombe, Statistics in Medicine 2006, part 2, method 5 (the interval).
 *
 * @example
 *     separation([3, 4, 5], [1, 2, 3]).value  // 0.9444… = 8.5/9
 */
export function separation(above: ArrayLike<number>, below: ArrayLike<number>): Rate {
  const [m, n] = [above.length, below.length];
  if (m === 0 || n === 0) return { value: NaN, ci: [0, 1] };
  const high = Float64Array.from(above).sort();
  const low = Float64Array.from(below).sort();
  let wins = 0;
  let [less, notMore] = [0, 0];
  for (const score of high) {
    while (less < n && low[less]! < score) less++;
    while (notMore < n && low[notMore]! <= score) notMore++;
    wins += (less + notMore) / 2;
  }
  const value = wins / (m * n);
  return { value, ci: [bound(value, 0, m, n), bound(value, 1, m, n)] };
}

/** The θ between the value and an end where the distance is z standard errors. */
function bound(value: number, end: number, m: number, n: number): number {
  const others = (m + n) / 2 - 1;
  const outside = (theta: number): boolean => {
    const spread = 1 + (others * (1 - theta)) / (2 - theta) + (others * theta) / (1 + theta);
    return (theta - value) ** 2 > (z95 ** 2 * theta * (1 - theta) * spread) / (m * n);
  };
  if (value === end) return end;
  let [inner, outer] = [value, end];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (inner + outer) / 2;
    if (outside(middle)) outer = middle;
    else inner = middle;
  }
  return (inner + outer) / 2;
}

/**
 * The share of `above` that a threshold finds which at most the share `fpr` of `below` exceeds: the lowest score of `below` that no more than
 * ⌊fpr · n⌋ of them exceed.
 *
 * @param fpr in [0, 1).
 * @returns the interval is Wilson's, for this threshold: that another sample of `below` would have given another one is not in it.
 * @example
 *     rateAtFpr([0.5, 3, 4], [0, 1, 2], 1 / 3)  // { value: 2/3, threshold: 1, … }
 */
export function rateAtFpr(
  above: ArrayLike<number>,
  below: ArrayLike<number>,
  fpr: number,
): Rate & { threshold: number } {
  const low = Float64Array.from(below).sort();
  // 0.01 · 300 is 3, whatever a product of floats makes of it.
  const allowed = Math.floor(fpr * low.length + 1e-9);
  const threshold = low.length === 0 ? NaN : low[low.length - 1 - allowed]!;
  let found = 0;
  for (let i = 0; i < above.length; i++) if (above[i]! > threshold) found++;
  const known = above.length > 0 && low.length > 0;
  return {
    value: known ? found / above.length : NaN,
    ci: known ? wilson(found, above.length) : [0, 1],
    threshold,
  };
}
