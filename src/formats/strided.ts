import type { ArrayReader, NdArray } from "./ndarray.js";

/** Where each element of a tensor lies in its storage, counted in elements. */
export interface Strides {
  offset: number;
  strides: number[];
}

/**
 * A tensor over a storage (a 1-D array) as an array in C or Fortran order. Slices, transposes and broadcasts of torch are such views:
 * element (i, j) is number offset + i × strides[0] + j × strides[1] of the storage.
 */
export function stridedArray(storage: NdArray, name: string, shape: number[], { offset, strides }: Strides): NdArray {
  const { itemSize } = storage;
  const shifted = async (): Promise<ArrayReader> => {
    const reader = await storage.open();
    return { close: async () => reader.close?.(), read: (at, into) => reader.read(offset * itemSize + at, into) };
  };
  if (isPacked(shape, strides)) return { ...storage, name, shape, open: shifted };
  if (isPacked(shape.toReversed(), strides.toReversed()))
    return { ...storage, name, shape, fortran: true, open: shifted };
  return { ...storage, name, shape, open: async () => gathering(await shifted(), shape, strides, itemSize) };
}

/** Elements a view reaches into its storage: the last one's place plus one, 0 when it has none. */
export function reach(shape: number[], { offset, strides }: Strides): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((last, size, axis) => last + (size - 1) * strides[axis]!, offset) + 1;
}

function isPacked(shape: number[], strides: number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis]!;
  }
  return true;
}

/** Reads whole rows: the stretch of the storage that holds them, and the elements picked out of it. */
function gathering(reader: ArrayReader, shape: number[], strides: number[], itemSize: number): ArrayReader {
  const inner = offsetsOf(shape.slice(1), strides.slice(1));
  const rowStep = strides[0]!;
  const width = Math.max(
    ...[0].concat(shape.length > 1 ? [reach(shape.slice(1), { offset: 0, strides: strides.slice(1) })] : [1]),
  );
  return {
    close: async () => reader.close?.(),
    async read(offset, into) {
      const first = offset / itemSize / inner.length;
      const rows = into.length / itemSize / inner.length;
      const span = new Uint8Array(((rows - 1) * rowStep + width) * itemSize);
      await reader.read(first * rowStep * itemSize, span);
      let at = 0;
      for (let row = 0; row < rows; row++) {
        for (const step of inner) {
          const from = (row * rowStep + step) * itemSize;
          for (let byte = 0; byte < itemSize; byte++) into[at++] = span[from + byte]!;
        }
      }
    },
  };
}

/** The place of each element of a row, in C order. */
function offsetsOf(shape: number[], strides: number[]): number[] {
  let offsets = [0];
  shape.forEach((size, axis) => {
    offsets = offsets.flatMap((offset) => Array.from({ length: size }, (_, i) => offset + i * strides[axis]!));
  });
  return offsets;
}
