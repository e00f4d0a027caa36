import { constant, exp2, SMALLEST } from "./exp";
import { firstLanes, hsum64 } from "./lanes";

/** Bytes of exponentials that are added in f32 before the sum goes on in f64. */
const BLOCK: usize = 2048;

/** With e = 2^(2·scale·d) and d = z − max: Σe, Σe·d, Σe·d² and Σe·d³ over the last row. */
export let zeroth: f64 = 0;
export let first: f64 = 0;
export let second: f64 = 0;
export let third: f64 = 0;

/** Of n ≥ 1 scores between `min` and `max`. */
export function moments(p: usize, n: i32, max: f32, min: f32, scale: f32): void {
  zeroth = 0;
  first = 0;
  second = 0;
  third = 0;
  const end = p + (<usize>n << 2);
  const near = (min - max) * scale > SMALLEST ? p + (<usize>(n & ~3) << 2) : p;
  if (p < near) momentsNear(p, near, max, scale);
  if (near < end) momentsFar(near, end, max, scale);
}

/** See expNear. */
export function momentsNear(p: usize, end: usize, max: f32, scale: f32): void {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const factor = f32x4.splat(scale);
  const top = f32x4.splat(max);
  while (p < end) {
    const stop = end - p > BLOCK ? p + BLOCK : end;
    const last = p + ((stop - p) & ~31);
    let s = f32x4.splat(0);
    let u = f32x4.splat(0);
    let v = f32x4.splat(0);
    let w = f32x4.splat(0);
    for (; p < last; p += 32) {
      const d0 = f32x4.sub(v128.load(p), top);
      const d1 = f32x4.sub(v128.load(p, 16), top);
      const e0 = exp2(f32x4.mul(d0, factor), round, c1, c2, c3, c4, one);
      const e1 = exp2(f32x4.mul(d1, factor), round, c1, c2, c3, c4, one);
      const u0 = f32x4.mul(e0, d0);
      const u1 = f32x4.mul(e1, d1);
      s = f32x4.add(s, f32x4.add(e0, e1));
      u = f32x4.add(u, f32x4.add(u0, u1));
      const v0 = f32x4.mul(u0, d0);
      const v1 = f32x4.mul(u1, d1);
      v = f32x4.add(v, f32x4.add(v0, v1));
      w = f32x4.add(w, f32x4.add(f32x4.mul(v0, d0), f32x4.mul(v1, d1)));
    }
    for (; p < stop; p += 16) {
      const d = f32x4.sub(v128.load(p), top);
      const e = exp2(f32x4.mul(d, factor), round, c1, c2, c3, c4, one);
      const ed = f32x4.mul(e, d);
      s = f32x4.add(s, e);
      u = f32x4.add(u, ed);
      const edd = f32x4.mul(ed, d);
      v = f32x4.add(v, edd);
      w = f32x4.add(w, f32x4.mul(edd, d));
    }
    zeroth += hsum64(s);
    first += hsum64(u);
    second += hsum64(v);
    third += hsum64(w);
  }
}

/** See expFar. A masked class adds 0 to all three, also where scale is 0. */
export function momentsFar(p: usize, end: usize, max: f32, scale: f32): void {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const factor = f32x4.splat(scale);
  const top = f32x4.splat(max);
  const lowest = f32x4.splat(furthest(scale));
  while (p < end) {
    const stop = end - p > BLOCK ? p + BLOCK : end;
    let s = f32x4.splat(0);
    let u = f32x4.splat(0);
    let v = f32x4.splat(0);
    let w = f32x4.splat(0);
    for (; p < stop; p += 16) {
      const left = <i32>((end - p) >> 2);
      const z = f32x4.sub(v128.load(p), top);
      const keep = v128.and(f32x4.ge(z, lowest), firstLanes(left < 4 ? left : 4));
      const d = f32x4.pmax(lowest, z);
      const e = v128.and(exp2(f32x4.mul(d, factor), round, c1, c2, c3, c4, one), keep);
      const ed = f32x4.mul(e, d);
      s = f32x4.add(s, e);
      u = f32x4.add(u, ed);
      const edd = f32x4.mul(ed, d);
      v = f32x4.add(v, edd);
      w = f32x4.add(w, f32x4.mul(edd, d));
    }
    zeroth += hsum64(s);
    first += hsum64(u);
    second += hsum64(v);
    third += hsum64(w);
  }
}

/** The largest distance below the maximum, as a negative number, whose exponential is normal: never infinite. */
@inline export function furthest(scale: f32): f32 {
  return max(SMALLEST / scale, -f32.MAX_VALUE);
}
