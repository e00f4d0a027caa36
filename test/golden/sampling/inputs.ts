/** A row of logits by its stated formula; see inputs.py, whose bits these are. */
export interface SamplingInput {
  row: "typical" | "flat" | "ties" | "masked" | "negative";
  vocab: number;
  seed: number;
}

function hash32(i: number, seed: number): number {
  let x = (Math.imul(i, 0x9e3779b1) + Math.imul(seed, 0x85ebca6b) + 0x27d4eb2f) >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x21f0aaad);
  x ^= x >>> 15;
  x = Math.imul(x, 0x735a2d97);
  x ^= x >>> 15;
  return x >>> 0;
}

function headId(rank: number, vocab: number, seed: number): number {
  return (7919 * (rank + 1) + 104729 * seed) % vocab;
}

function typical(vocab: number, seed: number): Float32Array {
  const row = new Float32Array(vocab);
  for (let i = 0; i < vocab; i++) {
    const a = hash32(2 * i, seed);
    const b = hash32(2 * i + 1, seed);
    row[i] = ((a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16) - 131070) / 16384;
  }
  for (let r = 0; r < Math.min(60, vocab); r++) {
    row[headId(r, vocab, seed)] = 18 - (11 * r) / 32 + (hash32(r, seed + 77) % 256) / 1024;
  }
  return row;
}

export function samplingInput({ row, vocab, seed }: SamplingInput): Float32Array {
  switch (row) {
    case "typical":
      return typical(vocab, seed);
    case "negative":
      return typical(vocab, seed).map((value) => value - 100);
    case "masked": {
      const kept = headId(0, vocab, seed);
      return typical(vocab, seed).map((value, i) => (i !== kept && hash32(i, seed + 5) % 2 === 1 ? -Infinity : value));
    }
    case "flat": {
      const scale = 2 ** (32 - Math.clz32(vocab - 1));
      return Float32Array.from({ length: vocab }, (_, i) => (2 * ((7919 * i + 104729 * seed) % vocab)) / scale - 1);
    }
    case "ties":
      return Float32Array.from({ length: vocab }, (_, i) => (hash32(i, seed) % 33) / 4);
  }
}
