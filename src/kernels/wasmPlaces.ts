import { type Arena, TILE, WORK } from "./arena.js";
import type { Places } from "./placesReference.js";
import { FEW, MOST_ROWS, placeOf, rowsAtATime } from "./wasm.js";

/** See placesReference.ts; false where it cannot be done here. */
export function labelPlaces(
  values: Float32Array,
  labels: Int32Array,
  rows: number,
  classes: number,
  out: Places,
): boolean {
  const found = placeOf(values, classes);
  if (!found) return false;
  const { kernels, ints } = found.arena;
  const [share, above, largest, rank] = [1, 2, 3, 4].map((i) => WORK + 4 * i * MOST_ROWS) as [
    number,
    number,
    number,
    number,
  ];
  const some = rowsAtATime(classes);
  for (let row = 0; row < rows; row += some) {
    const end = Math.min(rows, row + some);
    ints.set(labels.subarray(row, end), WORK / 4);
    kernels.labelPlaces(found.rows(row, end), WORK, end - row, classes, TILE, share, above, largest, rank);
    copy(found.arena, { share, above, largest, rank }, end - row, out, row);
  }
  return true;
}

/** Rows at a time: what is said of all of their classes fits beside them. */
const SOME = 384;

/** The same. */
export function classPlaces(values: Float32Array, rows: number, classes: number, out: readonly Places[]): boolean {
  const found = classes <= FEW ? placeOf(values, classes) : undefined;
  if (!found) return false;
  const { kernels } = found.arena;
  const stride = 4 * SOME;
  const weights = TILE + 16 * (FEW + 3);
  const share = WORK + stride;
  const above = share + stride * classes;
  const rank = above + stride * classes;
  for (let row = 0; row < rows; row += SOME) {
    const end = Math.min(rows, row + SOME);
    kernels.classPlaces(found.rows(row, end), end - row, classes, TILE, weights, share, above, WORK, rank, stride);
    for (let k = 0; k < classes; k++) {
      const own = k * stride;
      copy(
        found.arena,
        { share: share + own, above: above + own, largest: WORK, rank: rank + own },
        end - row,
        out[k]!,
        row,
      );
    }
  }
  return true;
}

/** From the arena, where each kind of number lies at an offset in bytes, to the entries from `row` on. */
function copy(
  { floats, ints }: Arena,
  at: Record<keyof Places, number>,
  count: number,
  out: Places,
  row: number,
): void {
  out.share.set(floats.subarray(at.share / 4, at.share / 4 + count), row);
  out.above.set(floats.subarray(at.above / 4, at.above / 4 + count), row);
  out.largest.set(floats.subarray(at.largest / 4, at.largest / 4 + count), row);
  out.rank.set(ints.subarray(at.rank / 4, at.rank / 4 + count), row);
}
