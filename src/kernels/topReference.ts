import { peak, type Row } from "./rowReference.js";

/** The k largest scores, largest first, the lowest index first among equals. */
export interface Top {
  indices: Uint32Array;
  values: Float64Array;
}

/** The k ≥ 0 largest of a row, never a masked class; undefined where the row holds NaN or +Infinity, or only −Infinity. */
export function topK(values: Row, k: number): Top | undefined {
  if (Number.isNaN(peak(values, 0, values.length).max)) return undefined;
  // A heap of the best so far, the worst of them on top: most scores are turned away by one comparison.
  const heap: number[] = [];
  const worse = (a: number, b: number): boolean => values[a]! < values[b]! || (values[a] === values[b] && a > b);
  for (let i = 0; i < values.length; i++) {
    if (values[i] === -Infinity || k === 0) continue;
    if (heap.length < k) {
      heap.push(i);
      siftUp(heap, worse);
    } else if (worse(heap[0]!, i)) {
      heap[0] = i;
      siftDown(heap, worse);
    }
  }
  const indices = Uint32Array.from(heap.sort((a, b) => (worse(a, b) ? 1 : -1)));
  return { indices, values: Float64Array.from(indices, (i) => values[i]!) };
}

function siftUp(heap: number[], worse: (a: number, b: number) => boolean): void {
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!worse(heap[at]!, heap[parent]!)) return;
    [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
    at = parent;
  }
}

function siftDown(heap: number[], worse: (a: number, b: number) => boolean): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) return;
    if (child + 1 < heap.length && worse(heap[child + 1]!, heap[child]!)) child++;
    if (!worse(heap[child]!, heap[at]!)) return;
    [heap[at], heap[child]] = [heap[child]!, heap[at]!];
    at = child;
  }
}
