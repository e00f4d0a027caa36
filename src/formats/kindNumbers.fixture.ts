// Numbers as models and other programs write them, for the cases of kind.test.ts. No test file itself.

/** Numbers in [0, 1), the same at every run (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const table = (rows: number, classes: number, draw: () => number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: classes }, draw));

/** Scores with mean 0 and a standard deviation near `scale`. */
export function logits(seed: number, rows: number, classes: number, scale = 3): number[][] {
  const next = uniform(seed);
  const normal = (): number => scale * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return table(rows, classes, normal);
}

export const map = (rows: number[][], change: (value: number) => number): number[][] =>
  rows.map((row) => row.map(change));

export function softmax(rows: number[][]): number[][] {
  return rows.map((row) => {
    const max = Math.max(...row);
    const powers = row.map((value) => Math.exp(value - max));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  });
}

export const round =
  (digits: number) =>
  (value: number): number =>
    Number(value.toFixed(digits));

/** To the nearest 11-bit significand, as half precision has it (normal numbers). */
export function half(value: number): number {
  if (value === 0) return 0;
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  return Math.round(value / unit) * unit;
}

export const probs = (seed: number, rows: number, classes: number): number[][] => softmax(logits(seed, rows, classes));
export const ln: (value: number) => number = Math.log;
