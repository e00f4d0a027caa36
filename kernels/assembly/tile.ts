// Rows of few classes are looked at four at a time, a row to a lane: nothing then has to be added across lanes, and no vector is half empty.

import { NEGATIVE_INFINITY, POSITIVE_INFINITY } from "./lanes";

/** Rows of at most this many classes. */
export const FEW: i32 = 48;

/** Class vectors of four rows, `classes` × 16 bytes: lane i of vector k is class k of the row at `p` + i·`step`, the last row repeated. */
export function transpose(p: usize, rows: i32, classes: i32, tile: usize): void {
  const step = (<usize>classes) << 2;
  const p1 = p + (rows > 1 ? step : 0);
  const p2 = p1 + (rows > 2 ? step : 0);
  const p3 = p2 + (rows > 3 ? step : 0);
  const end = tile + ((<usize>classes) << 4);
  for (let k: usize = 0; tile < end; k += 16, tile += 64) {
    const a = v128.load(p + k);
    const b = v128.load(p1 + k);
    const c = v128.load(p2 + k);
    const d = v128.load(p3 + k);
    const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    // Up to three vectors beyond the last class are written; the next tile overwrites them.
    v128.store(tile, v128.shuffle<i64>(ab, cd, 0, 2));
    v128.store(tile, v128.shuffle<i64>(ab, cd, 1, 3), 16);
    v128.store(tile, v128.shuffle<i64>(ab2, cd2, 0, 2), 32);
    v128.store(tile, v128.shuffle<i64>(ab2, cd2, 1, 3), 48);
  }
}

/** All bits set for rows that have no softmax, by the largest of their scores' bits as signed and as unsigned integers (see `scan`) and their maxima. */
@inline export function without(signed: v128, unsigned: v128, max: v128): v128 {
  return v128.or(
    v128.or(
      i32x4.gt_s(signed, i32x4.splat(POSITIVE_INFINITY - 1)),
      i32x4.gt_u(unsigned, i32x4.splat(NEGATIVE_INFINITY)),
    ),
    f32x4.eq(max, f32x4.splat(-Infinity)),
  );
}
