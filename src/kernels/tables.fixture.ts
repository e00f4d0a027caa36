// Rows that kernels get wrong: no test file itself.

/** The same numbers each time: a linear congruence, then Box–Muller. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

type Make = (rows: number, classes: number) => Float32Array;
const normal =
  (spread: number, shift = 0): Make =>
  (rows, classes) => {
    const draw = generator(rows * 7919 + classes);
    return Float32Array.from({ length: rows * classes }, () => shift + spread * draw());
  };

/** Changes some scores of N(0, 14) rows. */
const changed =
  (change: (row: number, k: number, z: number, classes: number) => number): Make =>
  (rows, classes) =>
    normal(14)(rows, classes).map((z, i) => change(Math.floor(i / classes), i % classes, z, classes));

export const tables: { name: string; make: Make }[] = [
  { name: "N(0, 2)", make: normal(2) },
  { name: "N(0, 14)", make: normal(14) },
  { name: "N(0, 14) far below zero", make: normal(14, -300) },
  { name: "N(0, 14) far above zero", make: normal(14, 300) },
  { name: "N(0, 2000)", make: normal(2000) },
  { name: "N(0, 1e-4)", make: normal(1e-4) },
  { name: "whole numbers, with ties", make: changed((_r, _k, z) => Math.round(z / 7)) },
  { name: "one number", make: changed(() => -3.25) },
  { name: "zeros of both signs", make: changed((_r, k) => (k % 2 ? 0 : -0)) },
  { name: "N(0, 14), the tail masked", make: changed((_r, k, z, n) => (k < Math.max(1, n / 2) ? z : -Infinity)) },
  { name: "N(0, 14), all but one masked", make: changed((r, k, z, n) => (k === r % n ? z : -Infinity)) },
  { name: "sure rows", make: changed((r, k, z, n) => (k === r % n ? 90 : z / 7)) },
  { name: "N(0, 14), some rows all masked", make: changed((r, _k, z) => (r % 3 === 1 ? -Infinity : z)) },
  { name: "N(0, 14), some rows with NaN", make: changed((r, k, z, n) => (r % 3 === 1 && k === (r * 5) % n ? NaN : z)) },
  {
    name: "N(0, 14), some rows with +Infinity",
    make: changed((r, k, z, n) => (r % 3 === 1 && k === (r * 5) % n ? Infinity : z)),
  },
  { name: "numbers almost too large for f32", make: changed((_r, k) => (k % 2 ? 1.5e38 : -1.5e38)) },
];

/** Rows × classes: none, one, about the width of a vector, of an unrolled loop, of a packed tile, and large. */
export const shapes: [number, number][] = [
  [0, 3],
  [1, 1],
  [5, 1],
  [3, 2],
  [4, 3],
  [7, 4],
  [9, 5],
  [6, 7],
  [5, 8],
  [11, 9],
  [130, 10],
  [3, 15],
  [2, 16],
  [2, 17],
  [5, 47],
  [6, 48],
  [3, 49],
  [4, 65],
  [3, 1000],
];

export function labelsFor(rows: number, classes: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => (row * 31 + 7) % classes);
}
