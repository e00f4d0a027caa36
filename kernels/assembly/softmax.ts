import { constant, exp2, SMALLEST } from "./exp";
import { firstLanes, hsum64, storeFirst } from "./lanes";
import { good, highest, lowest, scan } from "./scan";

/** Bytes of exponentials that are added in f32 before the sum goes on in f64: 16 additions a lane, which equal terms may all round the same way. */
const BLOCK: usize = 1024;

/** 2^(2·scale·(z − max)) of n ≥ 1 floats to `to`, which may be `p`; returns their sum. The last scan was of them. */
function expRow(p: usize, to: usize, n: i32, scale: f32): f64 {
  const near = (<usize>((lowest - highest) * scale > SMALLEST ? n & ~3 : 0)) << 2;
  let total: f64 = 0;
  if (near) total = expNear(p, to, p + near, highest, scale);
  if ((<usize>n) << 2 > near) total += expFar(p + near, to + near, p + ((<usize>n) << 2), highest, scale);
  return total;
}

/**
 * For scores that lie so close to the maximum that each exponential is a normal number; whole vectors only.
 * Exported so that it is not inlined: on its own it needs few enough registers.
 */
export function expNear(p: usize, to: usize, end: usize, max: f32, factor: f32): f64 {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const scale = f32x4.splat(factor);
  const top = f32x4.splat(max);
  let total: f64 = 0;
  let s = f32x4.splat(0);
  const last = p + ((end - p) & ~63);
  while (p < last) {
    const stop = last - p > BLOCK ? p + BLOCK : last;
    for (; p < stop; p += 64, to += 64) {
      const a = exp2(f32x4.mul(f32x4.sub(v128.load(p), top), scale), round, c1, c2, c3, c4, one);
      const b = exp2(f32x4.mul(f32x4.sub(v128.load(p, 16), top), scale), round, c1, c2, c3, c4, one);
      const c = exp2(f32x4.mul(f32x4.sub(v128.load(p, 32), top), scale), round, c1, c2, c3, c4, one);
      const d = exp2(f32x4.mul(f32x4.sub(v128.load(p, 48), top), scale), round, c1, c2, c3, c4, one);
      v128.store(to, a);
      v128.store(to, b, 16);
      v128.store(to, c, 32);
      v128.store(to, d, 48);
      s = f32x4.add(s, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    }
    if (p < last) {
      total += hsum64(s);
      s = f32x4.splat(0);
    }
  }
  for (; p < end; p += 16, to += 16) {
    const a = exp2(f32x4.mul(f32x4.sub(v128.load(p), top), scale), round, c1, c2, c3, c4, one);
    v128.store(to, a);
    s = f32x4.add(s, a);
  }
  return total + hsum64(s);
}

/** For any scores: what would be less than 2^−126, a masked class first of all, becomes exactly 0. */
export function expFar(p: usize, to: usize, end: usize, max: f32, factor: f32): f64 {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const scale = f32x4.splat(factor);
  const smallest = constant(7);
  const top = f32x4.splat(max);
  let total: f64 = 0;
  const last = p + ((end - p) & ~15);
  while (p < last) {
    const stop = last - p > BLOCK ? p + BLOCK : last;
    let s = f32x4.splat(0);
    for (; p < stop; p += 16, to += 16) {
      const x = f32x4.mul(f32x4.sub(v128.load(p), top), scale);
      const a = v128.and(exp2(f32x4.pmax(smallest, x), round, c1, c2, c3, c4, one), f32x4.ge(x, smallest));
      v128.store(to, a);
      s = f32x4.add(s, a);
    }
    total += hsum64(s);
  }
  if (p < end) {
    const count = <i32>((end - p) >> 2);
    const x = f32x4.mul(f32x4.sub(v128.load(p), top), scale);
    const keep = v128.and(f32x4.ge(x, smallest), firstLanes(count));
    const a = v128.and(exp2(f32x4.pmax(smallest, x), round, c1, c2, c3, c4, one), keep);
    storeFirst(to, a, count);
    total += hsum64(a);
  }
  return total;
}

/** n floats times `factor`, in place. */
export function scaleRow(p: usize, n: i32, factor: f32): void {
  const f = f32x4.splat(factor);
  const end = p + ((<usize>n) << 2);
  const last = p + ((<usize>(n & ~15)) << 2);
  for (; p < last; p += 64) {
    v128.store(p, f32x4.mul(v128.load(p), f));
    v128.store(p, f32x4.mul(v128.load(p, 16), f), 16);
    v128.store(p, f32x4.mul(v128.load(p, 32), f), 32);
    v128.store(p, f32x4.mul(v128.load(p, 48), f), 48);
  }
  for (; p + 16 <= end; p += 16) v128.store(p, f32x4.mul(v128.load(p), f));
  for (; p < end; p += 4) store<f32>(p, load<f32>(p) * factor);
}

/** Softmax of each row, `scale` being SCALE/T; a row with NaN, +Infinity or only −Infinity becomes NaN. `to` may be `p`. */
export function softmaxRows(p: usize, to: usize, rows: i32, classes: i32, scale: f32): void {
  const step = (<usize>classes) << 2;
  for (let row = 0; row < rows; row++, p += step, to += step) {
    scan(p, classes);
    if (good) scaleRow(to, classes, <f32>(1.0 / expRow(p, to, classes, scale)));
    else for (let k: usize = 0; k < step; k += 4) store<f32>(to + k, NaN);
  }
}
