import { constant, exp2, SMALLEST } from "./exp";
import { firstLanes, high64, low64 } from "./lanes";
import { first, furthest, moments, second, third, zeroth } from "./moments";
import { good, highest, lowest, scan } from "./scan";
import { transpose } from "./tile";

// The negative log-likelihood of β·z and its derivatives in β need, of each row, Σe, Σe·d, Σe·d² and Σe·d³ with e = exp(β·d) and d = z − max.
// Its logarithms are taken all at once: the product of the Σe is kept as a mantissa in [1, 2) and an exponent.

/** Tiles after which the product is split again: 4 lanes × 32 factors of at most FEW = 48 stay below 2^768. */
const TOGETHER: i32 = 32;

/**
 * Packs rows of few classes for `packedSums`: of four rows at a time the distances of all scores but the winner's to the winner's, which is 0,
 * as classes − 1 vectors; and of each row in f64 the distance of its label's score (NaN for a row that has no softmax or a label that is no class).
 * `toLabel` has room for whole fours of rows. Returns the smallest distance.
 */
export function pack(p: usize, labels: usize, rows: i32, classes: i32, tile: usize, to: usize, toLabel: usize): f32 {
  const step = <usize>classes << 2;
  const size = <usize>(classes - 1) << 4;
  let least = f32x4.splat(0);
  for (; rows > 0; rows -= 4, p += step << 2, labels += 16, to += size, toLabel += 32) {
    transpose(p, rows, classes, tile);
    const end = tile + (<usize>classes << 4);
    let max = f32x4.splat(-Infinity);
    let winner = i32x4.splat(0);
    let index = i32x4.splat(0);
    const one = i32x4.splat(1);
    for (let q = tile; q < end; q += 16) {
      const z = v128.load(q);
      winner = v128.bitselect(index, winner, f32x4.gt(z, max));
      max = f32x4.pmax(max, z);
      index = i32x4.add(index, one);
    }
    // The last class takes the winner's place.
    const last = v128.load(end - 16);
    index = i32x4.splat(0);
    let t = to;
    for (let q = tile; q < end - 16; q += 16, t += 16) {
      const d = f32x4.sub(v128.bitselect(last, v128.load(q), i32x4.eq(index, winner)), max);
      v128.store(t, d);
      least = f32x4.pmin(least, d);
      index = i32x4.add(index, one);
    }
    // Now the tile holds the four maxima.
    v128.store(tile, max);
    for (let i = 0; i < 4; i++) {
      const label = i < rows ? load<u32>(labels + (<usize>i << 2)) : 0;
      store<f64>(toLabel + (<usize>i << 3), i < rows ? distance(p + <usize>i * step, classes, label, load<f32>(tile + (<usize>i << 2))) : 0);
    }
  }
  const b = f32x4.pmin(least, v128.shuffle<i32>(least, least, 2, 3, 0, 1));
  return min(f32x4.extract_lane(b, 0), f32x4.extract_lane(b, 1));
}

/** In f64, because many are added; NaN where `max` is infinite, which no softmax comes from. */
@inline function distance(row: usize, classes: i32, label: u32, max: f32): f64 {
  return label < <u32>classes ? <f64>load<f32>(row + (<usize>label << 2)) - <f64>max + <f64>(max - max) : NaN;
}

/**
 * Adds to six f64 at `out`: mantissa and exponent of Π Σe, Σ of the means ⟨d⟩, of the variances and of the third central moments under
 * softmax(β·z), Σ of the labels' distances. `scale` is β times SCALE. Of the last tile only the rows there are count.
 */
export function packedSums(p: usize, labels: usize, rows: i32, classes: i32, least: f32, scale: f32, out: usize): void {
  if (least * scale > SMALLEST) packedNear(p, labels, rows, classes - 1, scale, out);
  else packedFar(p, labels, rows, classes - 1, scale, out);
}

// What is gathered of the tiles since the product was last split.
let product: v128 = f64x2.splat(1);
let means: v128 = f64x2.splat(0);
let variances: v128 = f64x2.splat(0);
let skews: v128 = f64x2.splat(0);
let distances: v128 = f64x2.splat(0);

/** See expNear. */
export function packedNear(p: usize, labels: usize, rows: i32, count: i32, scale: f32, out: usize): void {
  packedLoop(p, labels, rows, count, scale, out, false);
}

/** See expFar. */
export function packedFar(p: usize, labels: usize, rows: i32, count: i32, scale: f32, out: usize): void {
  packedLoop(p, labels, rows, count, scale, out, true);
}

/** Known when it is compiled: whether a score may lie so `far` below the maximum that its exponential is no normal number. */
@inline function packedLoop(p: usize, labels: usize, rows: i32, count: i32, scale: f32, out: usize, far: bool): void {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const factor = f32x4.splat(scale);
  const lowest = f32x4.splat(far ? furthest(scale) : 0);
  const size = <usize>count << 4;
  begin();
  for (let tiles = 1; rows > 0; rows -= 4, labels += 32, tiles++) {
    let s = f32x4.splat(0);
    let u = f32x4.splat(0);
    let v = f32x4.splat(0);
    let w = f32x4.splat(0);
    for (const end = p + size; p < end; p += 16) {
      const z = v128.load(p);
      // In this order NaN is kept.
      const d = far ? f32x4.pmax(z, lowest) : z;
      let e = exp2(f32x4.mul(d, factor), round, c1, c2, c3, c4, one);
      if (far) e = v128.and(e, f32x4.ge(z, lowest));
      const ed = f32x4.mul(e, d);
      s = f32x4.add(s, e);
      u = f32x4.add(u, ed);
      const edd = f32x4.mul(ed, d);
      v = f32x4.add(v, edd);
      w = f32x4.add(w, f32x4.mul(edd, d));
    }
    gather(s, u, v, w, rows);
    distances = f64x2.add(distances, f64x2.add(v128.load(labels), v128.load(labels, 16)));
    if (tiles % TOGETHER == 0) splitProduct(out);
  }
  finish(out);
}

@inline function begin(): void {
  product = f64x2.splat(1);
  means = f64x2.splat(0);
  variances = f64x2.splat(0);
  skews = f64x2.splat(0);
  distances = f64x2.splat(0);
}

/** The winner, left out of the sums, adds 1 to the first of them. */
@inline function gather(s: v128, u: v128, v: v128, w: v128, rows: i32): void {
  if (rows < 4) {
    const mask = firstLanes(rows);
    s = v128.and(s, mask);
    u = v128.and(u, mask);
    v = v128.and(v, mask);
    w = v128.and(w, mask);
  }
  const one = f32x4.splat(1);
  const inverse = f32x4.div(one, f32x4.add(s, one));
  const mean = f32x4.mul(u, inverse);
  const square = f32x4.mul(v, inverse);
  const variance = f32x4.sub(square, f32x4.mul(mean, mean));
  // ⟨d³⟩ − 3⟨d⟩⟨d²⟩ + 2⟨d⟩³
  const skew = f32x4.sub(f32x4.mul(w, inverse), f32x4.mul(mean, f32x4.add(square, f32x4.add(variance, variance))));
  const one64 = f64x2.splat(1);
  product = f64x2.mul(product, f64x2.mul(f64x2.add(low64(s), one64), f64x2.add(high64(s), one64)));
  means = f64x2.add(means, f64x2.add(low64(mean), high64(mean)));
  variances = f64x2.add(variances, f64x2.add(low64(variance), high64(variance)));
  skews = f64x2.add(skews, f64x2.add(low64(skew), high64(skew)));
}

/** Moves the product into mantissa and exponent at `out`. */
function splitProduct(out: usize): void {
  multiply(out, f64x2.extract_lane(product, 0) * f64x2.extract_lane(product, 1));
  product = f64x2.splat(1);
}

@inline function multiply(out: usize, by: f64): void {
  const bits = reinterpret<i64>(load<f64>(out) * by);
  store<f64>(out, reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000));
  store<f64>(out, load<f64>(out, 8) + <f64>((bits >> 52) - 1023), 8);
}

@inline function add(out: usize, pair: v128): void {
  store<f64>(out, load<f64>(out) + f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1));
}

@inline function finish(out: usize): void {
  splitProduct(out);
  add(out + 16, means);
  add(out + 24, variances);
  add(out + 32, skews);
  add(out + 40, distances);
}

/** The same sums over rows of any number of classes as they are. */
export function rowSums(p: usize, labels: usize, rows: i32, classes: i32, scale: f32, out: usize): void {
  const step = <usize>classes << 2;
  let mean: f64 = 0;
  let variance: f64 = 0;
  let skew: f64 = 0;
  let own: f64 = 0;
  for (const end = labels + (<usize>rows << 2); labels < end; labels += 4, p += step) {
    scan(p, classes);
    const label = load<u32>(labels);
    if (!good) {
      mean = NaN;
      continue;
    }
    const max = highest;
    moments(p, classes, max, lowest, scale);
    multiply(out, zeroth);
    const m = first / zeroth;
    mean += m;
    const square = second / zeroth;
    variance += square - m * m;
    skew += third / zeroth - m * (3 * square - 2 * m * m);
    own += distance(p, classes, label, max);
  }
  store<f64>(out, load<f64>(out, 16) + mean, 16);
  store<f64>(out, load<f64>(out, 24) + variance, 24);
  store<f64>(out, load<f64>(out, 32) + skew, 32);
  store<f64>(out, load<f64>(out, 40) + own, 40);
}
