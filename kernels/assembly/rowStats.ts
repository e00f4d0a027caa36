import { constant, exp2, exp64, SCALE } from "./exp";
import { high64, hmaxUnsigned, low64, lowerBound } from "./lanes";
import { find, good, highest, lowest, scan } from "./scan";
import { maxima, rest, sum } from "./sums";
import { FEW, transpose, without } from "./tile";

/** A sum smaller than this is taken again relative to the runner-up: the distance of 46 to the winner costs digits, 1e-7 of itself. */
const TINY: f64 = 1e-20;

// Where the next row's results go.
let toArgmax: usize = 0;
let toTie: usize = 0;
let toMax: usize = 0;
let toRest: usize = 0;
// What scores are multiplied by: β, and β times SCALE as the exponentials want it.
let beta: f64 = 1;
let scale: f32 = SCALE;

/**
 * Of each row the index of the largest score (i32), whether it is shared (u8), the score (f64) and Σ of the others' exp(β(z − max)) (f64; NaN
 * where the row has no softmax). The four arrays have room for whole fours of rows, `tile` for FEW + 3 vectors.
 */
export function rowStats(
  p: usize,
  rows: i32,
  classes: i32,
  by: f64,
  tile: usize,
  argmax: usize,
  tie: usize,
  max: usize,
  rest: usize,
): void {
  beta = by;
  scale = <f32>(by * <f64>SCALE);
  toArgmax = argmax;
  toTie = tie;
  toMax = max;
  toRest = rest;
  const step = (<usize>classes) << 2;
  if (classes > FEW) for (; rows > 0; rows--, p += step) oneRow(p, classes);
  else for (; rows > 0; rows -= 4, p += step << 2) fourRows(p, rows, classes, tile);
}

function oneRow(p: usize, classes: i32): void {
  scan(p, classes);
  const max = highest;
  let winner = 0;
  let others: f64 = NaN;
  let tie = 0;
  if (good) {
    winner = find(p, classes, max);
    sum(p, classes, max, lowest, scale);
    others = rest + <f64>(maxima - 1);
    tie = <i32>(maxima > 1);
    if (others < TINY) others = relativeToSecond(p, classes, winner);
  }
  store<i32>(toArgmax, winner);
  store<u8>(toTie, tie);
  store<f64>(toMax, max);
  store<f64>(toRest, others);
  toArgmax += 4;
  toTie += 1;
  toMax += 8;
  toRest += 8;
}

/** exp(β(second − max)) · Σ exp(β(z − second)) over all but the winner. */
function relativeToSecond(p: usize, n: i32, winner: i32): f64 {
  const here = p + ((<usize>winner) << 2);
  let second: f32 = -Infinity;
  for (let q = p, end = p + ((<usize>n) << 2); q < end; q += 4) {
    if (q != here) second = max(second, load<f32>(q));
  }
  if (second == -Infinity) return 0;
  sum(p, winner, second, -Infinity, scale);
  const before = rest + <f64>maxima;
  sum(here + 4, n - winner - 1, second, -Infinity, scale);
  const gap = <f64>second - <f64>load<f32>(here);
  return f64x2.extract_lane(exp64(f64x2.splat(beta * gap)), 0) * (before + rest + <f64>maxima);
}

/** Here the sum is always taken relative to the runner-up. */
function fourRows(p: usize, rows: i32, classes: i32, tile: usize): void {
  transpose(p, rows, classes, tile);
  const end = tile + ((<usize>classes) << 4);
  const one = i32x4.splat(1);
  let first = f32x4.splat(-Infinity);
  let second = f32x4.splat(-Infinity);
  let winner = i32x4.splat(0);
  let signed = i32x4.splat(0);
  let unsigned = i32x4.splat(0);
  let index = i32x4.splat(0);
  for (let q = tile; q < end; q += 16) {
    const z = v128.load(q);
    winner = v128.bitselect(index, winner, f32x4.gt(z, first));
    second = f32x4.pmax(second, f32x4.pmin(z, first));
    first = f32x4.pmax(first, z);
    signed = i32x4.max_s(signed, z);
    unsigned = i32x4.max_u(unsigned, z);
    index = i32x4.add(index, one);
  }
  const range = f32x4.sub(f32x4.splat(lowerBound(hmaxUnsigned(unsigned))), second);
  const near = i32x4.bitmask(f32x4.gt(f32x4.mul(range, f32x4.splat(scale)), constant(7))) == 15;
  const sum = near ? fourSumsNear(tile, end, second, winner) : fourSumsFar(tile, end, second, winner);

  const bad = without(signed, unsigned, first);
  v128.store(toArgmax, v128.andnot(winner, bad));
  const ties = v128.andnot(v128.and(f32x4.eq(first, second), one), bad);
  const words = i16x8.narrow_i32x4_s(ties, ties);
  store<i32>(toTie, i32x4.extract_lane(i8x16.narrow_i16x8_s(words, words), 0));
  const firstLow = low64(first);
  const firstHigh = high64(first);
  v128.store(toMax, firstLow);
  v128.store(toMax, firstHigh, 16);
  const times = f64x2.splat(beta);
  // All bits set is a NaN.
  const others = v128.or(sum, bad);
  v128.store(toRest, f64x2.mul(low64(others), exp64(f64x2.mul(times, f64x2.sub(low64(second), firstLow)))));
  v128.store(toRest, f64x2.mul(high64(others), exp64(f64x2.mul(times, f64x2.sub(high64(second), firstHigh)))), 16);
  toArgmax += 16;
  toTie += 4;
  toMax += 32;
  toRest += 32;
}

/** Σ exp(z − second) of each lane but for its winner; for scores that lie close enough to the second. Exported: see expNear. */
export function fourSumsNear(tile: usize, end: usize, second: v128, winner: v128): v128 {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const factor = f32x4.splat(scale);
  const step = i32x4.splat(1);
  let s = f32x4.splat(0);
  let index = i32x4.splat(0);
  for (let q = tile; q < end; q += 16) {
    const x = f32x4.mul(f32x4.sub(v128.load(q), second), factor);
    s = f32x4.add(s, v128.andnot(exp2(x, round, c1, c2, c3, c4, one), i32x4.eq(index, winner)));
    index = i32x4.add(index, step);
  }
  return s;
}

/** For any scores. */
export function fourSumsFar(tile: usize, end: usize, second: v128, winner: v128): v128 {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const factor = f32x4.splat(scale);
  const smallest = constant(7);
  const step = i32x4.splat(1);
  let s = f32x4.splat(0);
  let index = i32x4.splat(0);
  for (let q = tile; q < end; q += 16) {
    const x = f32x4.mul(f32x4.sub(v128.load(q), second), factor);
    const keep = v128.andnot(f32x4.ge(x, smallest), i32x4.eq(index, winner));
    s = f32x4.add(s, v128.and(exp2(f32x4.pmax(smallest, x), round, c1, c2, c3, c4, one), keep));
    index = i32x4.add(index, step);
  }
  return s;
}
