import { scratchArena, WORK } from "./arena.js";

/**
 * Philox4x32-10, a counter-based generator: 128 bits of counter and 64 bits of key give four 32-bit words. Whatever is drawn depends only on
 * what it is keyed by, never on how many draws came before; so results do not depend on order, partition or engine.
 *
 * Salmon, Moraes, Dror & Shaw, SC 2011.
 */
export function philox(counter: ArrayLike<number>, key: ArrayLike<number>, out: Uint32Array): void {
  let c0 = counter[0]!;
  let c1 = counter[1]!;
  let c2 = counter[2]!;
  let c3 = counter[3]!;
  let k0 = key[0]!;
  let k1 = key[1]!;
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = mulHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The upper 32 bits of the product of two unsigned 32-bit words. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const cross = aHigh * bLow + (low >>> 16);
  const middle = aLow * bHigh + (cross % 0x10000);
  return (aHigh * bHigh + Math.floor(cross / 0x10000) + Math.floor(middle / 0x10000)) | 0;
}

/** See philoxRun of index.ts. */
export function plainPhilox(
  a: number,
  third: number,
  fourth: number,
  key: ArrayLike<number>,
  counters: number,
  out: Uint32Array,
): void {
  const words = new Uint32Array(4);
  const counter = [0, 0, third, fourth];
  for (let i = 0; i < counters; i++) {
    counter[0] = (a + i) >>> 0;
    counter[1] = Math.floor((a + i) / 2 ** 32);
    philox(counter, key, words);
    out.set(words, 4 * i);
  }
}

/** Counters at a time: their words fit into the part of the arena that lies before the data. */
const together = 8192;

/** The same; false where there is no WebAssembly. */
export function wasmPhilox(
  a: number,
  third: number,
  fourth: number,
  key: ArrayLike<number>,
  counters: number,
  out: Uint32Array,
): boolean {
  const arena = scratchArena();
  if (!arena) return false;
  for (let i = 0; i < counters; i += together) {
    const count = Math.min(together, counters - i);
    const from = a + i;
    arena.kernels.philox(from >>> 0, Math.floor(from / 2 ** 32), third, fourth, key[0]!, key[1]!, count, WORK);
    out.set(new Uint32Array(arena.memory.buffer, WORK, 4 * count), 4 * i);
  }
  return true;
}
