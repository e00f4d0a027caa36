import { constant, exp2, SCALE } from "./exp";
import { firstLanes, hmaxUnsigned, hsum64, hsumInt, lowerBound } from "./lanes";
import { good, highest, scan } from "./scan";
import { FEW, transpose, without } from "./tile";

// Where the next row's results go.
let toShare: usize = 0;
let toAbove: usize = 0;
let toLargest: usize = 0;
let toRank: usize = 0;

/** Vectors whose exponentials are added in f32 before the sum goes on in f64: see softmax.ts. */
const BLOCK: usize = 256;

/**
 * Of each row the probability of its label, of all classes whose scores are larger, and of the largest (f32, NaN where the row has no softmax), and how many
 * are larger, and one (i32). The four arrays have room for whole fours of rows, `tile` for FEW + 3 vectors. Labels must be classes.
 */
export function labelPlaces(
  p: usize,
  labels: usize,
  rows: i32,
  classes: i32,
  tile: usize,
  share: usize,
  above: usize,
  largest: usize,
  rank: usize,
): void {
  toShare = share;
  toAbove = above;
  toLargest = largest;
  toRank = rank;
  const step = <usize>classes << 2;
  if (classes > FEW) for (; rows > 0; rows--, p += step, labels += 4) oneRow(p, load<u32>(labels), classes);
  else for (; rows > 0; rows -= 4, p += step << 2, labels += 16) fourRows(p, labels, rows, classes, tile);
}

function fourRows(p: usize, labels: usize, rows: i32, classes: i32, tile: usize): void {
  const step = <usize>classes << 2;
  transpose(p, rows, classes, tile);
  const p1 = rows > 1 ? p + step + (<usize>load<u32>(labels, 4) << 2) : p;
  const p2 = rows > 2 ? p + (step << 1) + (<usize>load<u32>(labels, 8) << 2) : p;
  const p3 = rows > 3 ? p + 3 * step + (<usize>load<u32>(labels, 12) << 2) : p;
  let own = v128.load32_splat(p + (<usize>load<u32>(labels) << 2));
  own = v128.load_lane<f32>(p1, own, 1);
  own = v128.load_lane<f32>(p2, own, 2);
  own = v128.load_lane<f32>(p3, own, 3);
  const end = tile + (<usize>classes << 4);
  let max = f32x4.splat(-Infinity);
  let signed = i32x4.splat(0);
  let unsigned = i32x4.splat(0);
  for (let q = tile; q < end; q += 16) {
    const z = v128.load(q);
    max = f32x4.pmax(max, z);
    signed = i32x4.max_s(signed, z);
    unsigned = i32x4.max_u(unsigned, z);
  }
  const bad = without(signed, unsigned, max);
  const range = f32x4.sub(f32x4.splat(lowerBound(hmaxUnsigned(unsigned))), max);
  const near = i32x4.bitmask(f32x4.gt(f32x4.mul(range, f32x4.splat(SCALE)), constant(7))) == 15;
  if (near) placesNear(tile, end, max, own, bad);
  else placesFar(tile, end, max, own, bad);
  toShare += 16;
  toAbove += 16;
  toLargest += 16;
  toRank += 16;
}

/** See expNear. */
export function placesNear(tile: usize, end: usize, max: v128, own: v128, bad: v128): void {
  places(tile, end, max, own, bad, false);
}

/** See expFar. */
export function placesFar(tile: usize, end: usize, max: v128, own: v128, bad: v128): void {
  places(tile, end, max, own, bad, true);
}

/** Known when it is compiled: whether a score may lie so `far` below the maximum that its exponential is no normal number. */
@inline function places(tile: usize, end: usize, max: v128, own: v128, bad: v128, far: bool): void {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const factor = constant(6);
  const smallest = constant(7);
  let sum = f32x4.splat(0);
  let above = f32x4.splat(0);
  let rank = i32x4.splat(1);
  for (let q = tile; q < end; q += 16) {
    const z = v128.load(q);
    const x = f32x4.mul(f32x4.sub(z, max), factor);
    let e = exp2(far ? f32x4.pmax(smallest, x) : x, round, c1, c2, c3, c4, one);
    if (far) e = v128.and(e, f32x4.ge(x, smallest));
    const larger = f32x4.gt(z, own);
    sum = f32x4.add(sum, e);
    above = f32x4.add(above, v128.and(e, larger));
    // All bits set is −1.
    rank = i32x4.sub(rank, larger);
  }
  const x = f32x4.mul(f32x4.sub(own, max), factor);
  const e = v128.and(exp2(f32x4.pmax(smallest, x), round, c1, c2, c3, c4, one), f32x4.ge(x, smallest));
  // All bits set is a NaN.
  const inverse = v128.or(f32x4.div(one, sum), bad);
  v128.store(toShare, f32x4.mul(e, inverse));
  v128.store(toAbove, f32x4.mul(above, inverse));
  v128.store(toLargest, inverse);
  v128.store(toRank, rank);
}

function oneRow(p: usize, label: u32, classes: i32): void {
  scan(p, classes);
  const own = load<f32>(p + (<usize>label << 2));
  if (good) rowFar(p, classes, highest, own);
  else store<f32>(toShare, NaN);
  toShare += 4;
  toAbove += 4;
  toLargest += 4;
  toRank += 4;
}

/** Exported: see expNear. */
export function rowFar(p: usize, classes: i32, max: f32, own: f32): void {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const factor = constant(6);
  const smallest = constant(7);
  const top = f32x4.splat(max);
  const label = f32x4.splat(own);
  let sum: f64 = 0;
  let above: f64 = 0;
  let rank = i32x4.splat(0);
  const end = p + (<usize>classes << 2);
  while (p < end) {
    const stop = min(end, p + (BLOCK << 4));
    let s = f32x4.splat(0);
    let a = f32x4.splat(0);
    for (; p < stop; p += 16) {
      const z = v128.load(p);
      const x = f32x4.mul(f32x4.sub(z, top), factor);
      const left = <i32>((end - p) >> 2);
      const there = left < 4 ? firstLanes(left) : i32x4.splat(-1);
      const keep = v128.and(f32x4.ge(x, smallest), there);
      const e = v128.and(exp2(f32x4.pmax(smallest, x), round, c1, c2, c3, c4, one), keep);
      const larger = v128.and(f32x4.gt(z, label), there);
      s = f32x4.add(s, e);
      a = f32x4.add(a, v128.and(e, larger));
      rank = i32x4.sub(rank, larger);
    }
    sum += hsum64(s);
    above += hsum64(a);
  }
  const x = f32x4.splat((own - max) * SCALE);
  const e = v128.and(exp2(f32x4.pmax(smallest, x), round, c1, c2, c3, c4, one), f32x4.ge(x, smallest));
  store<f32>(toShare, <f32>(<f64>f32x4.extract_lane(e, 0) / sum));
  store<f32>(toAbove, <f32>(above / sum));
  store<f32>(toLargest, <f32>(1 / sum));
  store<i32>(toRank, 1 + hsumInt(rank));
}
