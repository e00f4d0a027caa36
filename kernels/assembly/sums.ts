import { constant, exp2, SMALLEST } from "./exp";
import { firstLanes, hsum64, hsumInt } from "./lanes";

/** Bytes of exponentials that are added in f32 before the sum goes on in f64: 16 additions a lane, which equal terms may all round the same way. */
const BLOCK: usize = 1024;

/** What the last `sums` found: Σ exp over the scores below the maximum, and how many are the maximum. */
export let rest: f64 = 0;
export let maxima: i32 = 0;
/** With `weigh` also Σ (z − max) · exp. */
export let weighted: f64 = 0;

/**
 * Σ 2^(2·scale·(z − max)) over n ≥ 1 scores, those that are the maximum left out and counted.
 * Left out, because a sum that begins with 1 forgets what is smaller than 6e-8.
 */
@inline export function sum(p: usize, n: i32, max: f32, min: f32, scale: f32): void {
  sums(p, n, max, min, scale, false, true);
}

/** `sum`, and with `weigh` Σ (z − max)·2^(2·scale·(z − max)); not `apart` says that all scores are below `max`, so that none is left out. */
export function sums(p: usize, n: i32, max: f32, min: f32, scale: f32, weigh: bool, apart: bool): void {
  rest = 0;
  maxima = 0;
  weighted = 0;
  const end = p + (<usize>n << 2);
  const near = (min - max) * scale > SMALLEST ? p + (<usize>(n & ~3) << 2) : p;
  if (p < near) {
    if (weigh) {
      if (apart) weightedNear(p, near, max, scale);
      else weightedBelow(p, near, max, scale);
    } else if (apart) sumNear(p, near, max, scale);
    else sumBelow(p, near, max, scale);
  }
  if (near < end) {
    if (weigh) weightedFar(near, end, max, scale);
    else sumFar(near, end, max, scale);
  }
}

// Exported so that they are not inlined: see expNear.
export function sumNear(p: usize, end: usize, max: f32, scale: f32): void {
  nearLoop(p, end, max, scale, false, true);
}
export function sumBelow(p: usize, end: usize, max: f32, scale: f32): void {
  nearLoop(p, end, max, scale, false, false);
}
export function weightedNear(p: usize, end: usize, max: f32, scale: f32): void {
  nearLoop(p, end, max, scale, true, true);
}
export function weightedBelow(p: usize, end: usize, max: f32, scale: f32): void {
  nearLoop(p, end, max, scale, true, false);
}
export function sumFar(p: usize, end: usize, max: f32, scale: f32): void {
  farLoop(p, end, max, scale, false);
}
export function weightedFar(p: usize, end: usize, max: f32, scale: f32): void {
  farLoop(p, end, max, scale, true);
}

/** See expNear. Whole vectors only. Known when it is compiled: `weigh`, and whether maxima are left `apart`. */
@inline function nearLoop(p: usize, end: usize, max: f32, scale: f32, weigh: bool, apart: bool): void {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const factor = f32x4.splat(scale);
  const top = f32x4.splat(max);
  const zero = i32x4.splat(0);
  let total: f64 = 0;
  let totalWeighted: f64 = 0;
  let s = f32x4.splat(0);
  let w = f32x4.splat(0);
  let count = i32x4.splat(0);
  const last = p + ((end - p) & ~(weigh ? 31 : 63));
  while (p < last) {
    const stop = last - p > BLOCK ? p + BLOCK : last;
    if (weigh) {
      for (; p < stop; p += 32) {
        const d0 = f32x4.sub(v128.load(p), top);
        const d1 = f32x4.sub(v128.load(p, 16), top);
        const x0 = f32x4.mul(d0, factor);
        const x1 = f32x4.mul(d1, factor);
        let a = exp2(x0, round, c1, c2, c3, c4, one);
        let b = exp2(x1, round, c1, c2, c3, c4, one);
        if (apart) {
          const m0 = i32x4.eq(x0, zero);
          const m1 = i32x4.eq(x1, zero);
          a = v128.andnot(a, m0);
          b = v128.andnot(b, m1);
          count = i32x4.add(count, i32x4.add(m0, m1));
        }
        s = f32x4.add(s, f32x4.add(a, b));
        w = f32x4.add(w, f32x4.add(f32x4.mul(a, d0), f32x4.mul(b, d1)));
      }
    } else {
      for (; p < stop; p += 64) {
        const x0 = f32x4.mul(f32x4.sub(v128.load(p), top), factor);
        const x1 = f32x4.mul(f32x4.sub(v128.load(p, 16), top), factor);
        let a = exp2(x0, round, c1, c2, c3, c4, one);
        let b = exp2(x1, round, c1, c2, c3, c4, one);
        if (apart) {
          const m0 = i32x4.eq(x0, zero);
          const m1 = i32x4.eq(x1, zero);
          a = v128.andnot(a, m0);
          b = v128.andnot(b, m1);
          count = i32x4.add(count, i32x4.add(m0, m1));
        }
        const x2 = f32x4.mul(f32x4.sub(v128.load(p, 32), top), factor);
        const x3 = f32x4.mul(f32x4.sub(v128.load(p, 48), top), factor);
        let c = exp2(x2, round, c1, c2, c3, c4, one);
        let d = exp2(x3, round, c1, c2, c3, c4, one);
        if (apart) {
          const m2 = i32x4.eq(x2, zero);
          const m3 = i32x4.eq(x3, zero);
          c = v128.andnot(c, m2);
          d = v128.andnot(d, m3);
          count = i32x4.add(count, i32x4.add(m2, m3));
        }
        s = f32x4.add(s, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
      }
    }
    if (p < last) {
      total += hsum64(s);
      s = f32x4.splat(0);
      if (weigh) {
        totalWeighted += hsum64(w);
        w = f32x4.splat(0);
      }
    }
  }
  for (; p < end; p += 16) {
    const d = f32x4.sub(v128.load(p), top);
    const x = f32x4.mul(d, factor);
    let e = exp2(x, round, c1, c2, c3, c4, one);
    if (apart) {
      const m = i32x4.eq(x, zero);
      e = v128.andnot(e, m);
      count = i32x4.add(count, m);
    }
    s = f32x4.add(s, e);
    if (weigh) w = f32x4.add(w, f32x4.mul(e, d));
  }
  rest += total + hsum64(s);
  if (weigh) weighted += totalWeighted + hsum64(w);
  if (apart) maxima -= hsumInt(count);
}

/** See expFar; `weigh` is known when it is compiled. */
@inline function farLoop(p: usize, end: usize, max: f32, scale: f32, weigh: bool): void {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const smallest = constant(7);
  const factor = f32x4.splat(scale);
  const top = f32x4.splat(max);
  const zero = i32x4.splat(0);
  // No product with 0 may be made of a masked class' infinite distance.
  const furthest = f32x4.splat(-f32.MAX_VALUE);
  let total: f64 = 0;
  let totalWeighted: f64 = 0;
  let count = i32x4.splat(0);
  while (p < end) {
    const stop = end - p > BLOCK ? p + BLOCK : end;
    let s = f32x4.splat(0);
    let w = f32x4.splat(0);
    for (; p < stop; p += 16) {
      const left = <i32>((end - p) >> 2);
      const lanes = firstLanes(left < 4 ? left : 4);
      const d = f32x4.sub(v128.load(p), top);
      const x = f32x4.mul(d, factor);
      const m = v128.and(i32x4.eq(x, zero), lanes);
      const keep = v128.and(f32x4.ge(x, smallest), v128.andnot(lanes, m));
      const e = v128.and(exp2(f32x4.pmax(smallest, x), round, c1, c2, c3, c4, one), keep);
      s = f32x4.add(s, e);
      if (weigh) w = f32x4.add(w, f32x4.mul(e, f32x4.pmax(furthest, d)));
      count = i32x4.add(count, m);
    }
    total += hsum64(s);
    if (weigh) totalWeighted += hsum64(w);
  }
  rest += total;
  if (weigh) weighted += totalWeighted;
  maxima -= hsumInt(count);
}
