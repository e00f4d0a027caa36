// One row, a piece at a time: what is known of the pieces so far is kept at `state`, so that a piece can be copied over the one before.
import { exp64 } from "./exp";
import { find, finite, highest, lowest, scan } from "./scan";
import { maxima, rest, sums, weighted } from "./sums";

/** Index of the first of n floats that is `value`, negated and less one where there is another. */
export function firstOf(p: usize, n: i32, value: f32): i32 {
  const first = find(p, n, value);
  const next = find(p + ((<usize>(first + 1)) << 2), n - first - 1, value);
  return next < 0 ? first : -1 - first;
}

/**
 * Adds n ≥ 1 scores to the four f64 at `state`: the largest so far, Σ over the others of exp((z − max)/T) but for those equal to it, how many
 * are, and, with `weigh`, Σ (z − max)·exp((z − max)/T). −Infinity and three zeros are an empty row. `beta` is 1/T, `scale` SCALE/T.
 * False where a score is NaN or +Infinity.
 */
export function addSum(p: usize, n: i32, scale: f32, beta: f64, weigh: bool, state: usize): bool {
  scan(p, n);
  if (!finite) return false;
  const before = <f32>load<f64>(state);
  const max = highest > before ? highest : before;
  if (max == -Infinity) return true;
  if (max > before) raise(state, max, beta);
  // The larger part of a row lies in pieces without the maximum.
  sums(p, n, max, lowest, scale, weigh, highest == max);
  if (weigh) store<f64>(state, load<f64>(state, 24) + weighted, 24);
  store<f64>(state, load<f64>(state, 8) + rest, 8);
  store<f64>(state, load<f64>(state, 16) + <f64>maxima, 16);
  return true;
}

/** Makes the sums relative to a larger maximum. */
function raise(state: usize, max: f32, beta: f64): void {
  const before = load<f64>(state);
  store<f64>(state, <f64>max);
  if (before == -Infinity) return;
  const gap = before - <f64>max;
  const factor = f64x2.extract_lane(exp64(f64x2.splat(gap * beta)), 0);
  const all = load<f64>(state, 8) + load<f64>(state, 16);
  store<f64>(state, all * factor, 8);
  store<f64>(state, 0, 16);
  store<f64>(state, (load<f64>(state, 24) + gap * all) * factor, 24);
}

/** (z − max)·beta − log of n floats, in place. */
export function logRow(p: usize, n: i32, max: f32, beta: f32, log: f32): void {
  const top = f32x4.splat(max);
  const factor = f32x4.splat(beta);
  const less = f32x4.splat(log);
  const end = p + ((<usize>n) << 2);
  const last = p + ((<usize>(n & ~15)) << 2);
  for (; p < last; p += 64) {
    const a = f32x4.mul(f32x4.sub(v128.load(p), top), factor);
    const b = f32x4.mul(f32x4.sub(v128.load(p, 16), top), factor);
    const c = f32x4.mul(f32x4.sub(v128.load(p, 32), top), factor);
    const d = f32x4.mul(f32x4.sub(v128.load(p, 48), top), factor);
    v128.store(p, f32x4.sub(a, less));
    v128.store(p, f32x4.sub(b, less), 16);
    v128.store(p, f32x4.sub(c, less), 32);
    v128.store(p, f32x4.sub(d, less), 48);
  }
  for (; p < end; p += 4) store<f32>(p, (load<f32>(p) - max) * beta - log);
}
