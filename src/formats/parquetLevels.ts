import { readHybrid, Runs, unpackBits } from "./parquetDecode.js";

/**
 * Definition levels of a page: undefined when every value is there (level `most`), else 1 where it is.
 * Runs are looked at as runs, so that a page without nulls costs next to nothing.
 */
export function presence(bytes: Uint8Array, most: number, count: number): Uint8Array | undefined {
  const width = 32 - Math.clz32(most);
  const runs = new Runs(bytes, width);
  let whole = true;
  for (let seen = 0; seen < count && whole; ) {
    const run = runs.next(count - seen);
    whole = run.packedAt < 0 ? run.value === most : allOf(bytes, run.packedAt, width, most, run.count);
    seen += run.count;
  }
  if (whole) return undefined;
  const levels = new Uint32Array(count);
  readHybrid(bytes, width, levels);
  return Uint8Array.from(levels, (level) => (level === most ? 1 : 0));
}

function allOf(bytes: Uint8Array, at: number, width: number, most: number, count: number): boolean {
  if (most === 2 ** width - 1) {
    const whole = Math.floor((count * width) / 8);
    for (let i = 0; i < whole; i++) if (bytes[at + i] !== 255) return false;
    const left = (count * width) % 8;
    const mask = 2 ** left - 1;
    return left === 0 || (bytes[at + whole]! & mask) === mask;
  }
  const levels = new Uint32Array(count);
  unpackBits(bytes, at, width, levels, 0, count);
  return levels.every((level) => level === most);
}

/**
 * Checks that lists have `length` values each. A repetition level is 0 where a list begins and 1 inside one.
 * `inside` values of the current list came with earlier pages.
 * Returns the index of the first value that breaks the rule, or −1.
 */
export function raggedAt(bytes: Uint8Array, count: number, length: number, inside: number): number {
  const runs = new Runs(bytes, 1);
  let place = inside % length;
  for (let seen = 0; seen < count; ) {
    const { count: size, value, packedAt } = runs.next(count - seen);
    for (let i = 0; i < size; ) {
      // How far the same answer is right: up to the next beginning when inside a list, one value at a beginning.
      const expected = place === 0 ? 0 : 1;
      const stretch = Math.min(place === 0 ? 1 : length - place, size - i);
      const bad = packedAt < 0 ? (value === expected ? -1 : 0) : firstOther(bytes, packedAt, i, stretch, expected);
      if (bad >= 0) return seen + i + bad;
      i += stretch;
      place = (place + stretch) % length;
    }
    seen += size;
  }
  return -1;
}

/** The first of `count` bits from `start` on that is not `expected`, or −1. */
function firstOther(bytes: Uint8Array, at: number, start: number, count: number, expected: number): number {
  for (let i = 0; i < count; ) {
    const bit = start + i;
    if ((bit & 7) === 0 && count - i >= 8 && expected === 1 && bytes[at + (bit >> 3)] === 255) {
      i += 8;
      continue;
    }
    if (((bytes[at + (bit >> 3)]! >> (bit & 7)) & 1) !== expected) return i;
    i++;
  }
  return -1;
}

/** Length of the first list of a page: the number of values before the second beginning. */
export function firstLength(bytes: Uint8Array, count: number): number {
  const levels = new Uint32Array(count);
  readHybrid(bytes, 1, levels);
  const second = levels.indexOf(0, 1);
  return second < 0 ? count : second;
}
