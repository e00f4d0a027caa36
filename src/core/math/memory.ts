import * as kernels from "../../kernels/index.js";
import { LogitsError } from "../errors.js";
import type { Logits } from "../types.js";

/**
 * rows × classes zeros in the memory that the f32 kernels work in. A model that writes its scores there saves the copy that every function of
 * this folder makes of another Float32Array; results do not depend on it. `out` may lie there too.
 *
 * Each call has a memory of its own, which never grows and is never moved: no other call detaches the array.
 *
 * @param rows an integer ≥ 1.
 * @param classes an integer ≥ 1; row r is `scores.subarray(r * classes, (r + 1) * classes)`.
 * @returns an ordinary array where there is no WebAssembly, or not so much memory for it.
 * @throws "bad-argument" for other numbers.
 * @example
 *     const scores = alloc(1, 4);
 *     scores.set([2, 1, 0, -1]);
 *     argmax(scores);  // { index: 0, tie: false }
 *     free(scores);
 *     scores.length;  // 0
 */
export function alloc(rows: number, classes: number): Logits & Float32Array<ArrayBuffer> {
  for (const [what, count] of [
    ["rows", rows],
    ["classes", classes],
  ] as const) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new LogitsError("bad-argument", `Cannot allocate scores: ${what} must be an integer ≥ 1, got ${count}`);
  }
  return kernels.alloc(rows, classes) as Float32Array<ArrayBuffer>;
}

/**
 * Gives back what `alloc` gave, at once instead of when it is collected. The array and every view of it then have length 0, and every function here refuses them
 * ("bad-data": there must be at least one class).
 *
 * @param scores an array from `alloc`, or a view of one.
 * @throws "bad-argument" when it is from elsewhere, or free already.
 */
export function free(scores: Logits): void {
  if (scores instanceof Float32Array && kernels.free(scores)) return;
  throw new LogitsError("bad-argument", "Cannot free these scores: they must come from alloc and be freed once");
}
