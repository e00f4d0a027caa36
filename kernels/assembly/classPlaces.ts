import { constant, exp2 } from "./exp";
import { transpose, without } from "./tile";

/**
 * What `labelPlaces` says of a row's label, of every class of rows of at most FEW classes: the numbers of class k begin at k·`stride` bytes, those of the largest
 * are one a row. Every class is compared with every other one. Both tiles have room for FEW + 3 vectors, all arrays for whole fours of rows.
 */
export function classPlaces(
  p: usize,
  rows: i32,
  classes: i32,
  tile: usize,
  weights: usize,
  share: usize,
  above: usize,
  largest: usize,
  rank: usize,
  stride: usize,
): void {
  const step = <usize>classes << 2;
  const end = tile + (<usize>classes << 4);
  for (; rows > 0; rows -= 4, p += step << 2, share += 16, above += 16, largest += 16, rank += 16) {
    transpose(p, rows, classes, tile);
    const inverse = weigh(tile, end, weights);
    v128.store(largest, inverse);
    let at: usize = 0;
    for (let q = tile; q < end; q += 16, at += stride) {
      const own = v128.load(q);
      let mass = f32x4.splat(0);
      let place = i32x4.splat(1);
      for (let other = tile, weight = weights; other < end; other += 16, weight += 16) {
        const larger = f32x4.gt(v128.load(other), own);
        mass = f32x4.add(mass, v128.and(v128.load(weight), larger));
        // All bits set is −1.
        place = i32x4.sub(place, larger);
      }
      v128.store(share + at, f32x4.mul(v128.load(weights + (q - tile)), inverse));
      v128.store(above + at, f32x4.mul(mass, inverse));
      v128.store(rank + at, place);
    }
  }
}

/** Exponentials of the distances to the maximum; returns 1 over their sum, NaN where there is no softmax. */
function weigh(tile: usize, end: usize, to: usize): v128 {
  const round = constant(0);
  const c1 = constant(1);
  const c2 = constant(2);
  const c3 = constant(3);
  const c4 = constant(4);
  const one = constant(5);
  const factor = constant(6);
  const smallest = constant(7);
  let max = f32x4.splat(-Infinity);
  let signed = i32x4.splat(0);
  let unsigned = i32x4.splat(0);
  for (let q = tile; q < end; q += 16) {
    const z = v128.load(q);
    max = f32x4.pmax(max, z);
    signed = i32x4.max_s(signed, z);
    unsigned = i32x4.max_u(unsigned, z);
  }
  let sum = f32x4.splat(0);
  for (let q = tile; q < end; q += 16, to += 16) {
    const x = f32x4.mul(f32x4.sub(v128.load(q), max), factor);
    const e = v128.and(exp2(f32x4.pmax(smallest, x), round, c1, c2, c3, c4, one), f32x4.ge(x, smallest));
    v128.store(to, e);
    sum = f32x4.add(sum, e);
  }
  // All bits set is a NaN.
  return v128.or(f32x4.div(one, sum), without(signed, unsigned, max));
}
