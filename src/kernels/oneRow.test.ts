import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasSharedData, shared } from "../../test/support/sharedData.js";
import { alloc, peak, rowEntropy, rowLogSoftmax, rowSoftmax, rowSum, useImplementation } from "./index.js";
import * as reference from "./rowReference.js";
import { tables } from "./tables.fixture.js";

beforeEach(() => useImplementation("wasm"));
afterEach(() => useImplementation());

/** Around a vector, an unrolled loop, a tile, a piece of 4096; and vocabularies. */
const sizes = [
  1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000, 4095, 4096, 4097, 32_768, 50_257, 131_072, 262_144,
];
const large = new Set([
  "N(0, 14)",
  "N(0, 14), the tail masked",
  "one number",
  "zeros of both signs",
  "huge",
  "sure rows",
]);
const rows = [...tables, { name: "huge", make: (_rows: number, n: number) => fromCycle([1000, -1000, -1000, 500], n) }];

function fromCycle(scores: number[], length: number): Float32Array {
  return Float32Array.from({ length }, (_, k) => scores[k % scores.length]!);
}

/** The same row outside kernel memory, off any alignment, and within it, between other rows. */
function placements(row: Float32Array): [Float32Array, number, number][] {
  const n = row.length;
  const outside = new Float32Array(n + 3);
  outside.set(row, 3);
  const own = alloc(3, n).fill(NaN);
  own.set(row, n);
  return [
    [outside, 3, 3 + n],
    [own, n, 2 * n],
  ];
}

const scaled = (got: number, wanted: number): number =>
  Object.is(got, wanted) ? 0 : Math.abs(got - wanted) / Math.max(1, Math.abs(wanted));

function check(row: Float32Array, temperature: number): void {
  const n = row.length;
  const top = reference.peak(row, 0, n);
  const { max, rest } = reference.sumExp(row, 0, n, temperature);
  const entropy = reference.surprisal(row, 0, n, temperature).mean;
  const p = new Float64Array(n);
  const logs = new Float64Array(n);
  const has = reference.softmax(row, 0, n, temperature, p);
  reference.logSoftmax(row, 0, n, temperature, logs);
  for (const [values, start, end] of placements(row)) {
    const before = Buffer.from(values.slice().buffer);
    expect(peak(values, start, end)).toEqual(top);
    const sum = rowSum(values, start, end, temperature);
    const lse = (of: { max: number; rest: number }): number => of.max / temperature + Math.log1p(of.rest);
    expect(scaled(lse(sum), lse({ max, rest }))).toBeLessThanOrEqual(1e-6);
    expect(scaled(rowEntropy(values, start, end, temperature), entropy)).toBeLessThanOrEqual(1e-6);
    for (const out of [new Float32Array(values.length), alloc(1, values.length)]) {
      expect(rowSoftmax(values, start, end, temperature, out)).toBe(has);
      if (has) expect(worstProbability(out.subarray(start, end), p)).toBeLessThanOrEqual(1e-5);
      expect(rowLogSoftmax(values, start, end, temperature, out)).toBe(has);
      if (has) expect(worstLogarithm(out.subarray(start, end), logs)).toBeLessThanOrEqual(1e-6);
    }
    expect(
      Buffer.from(values.buffer, values.byteOffset, values.byteLength).equals(before),
      "the input is as it was",
    ).toBe(true);
  }
}

/** The largest relative error for p > 1e-30; Infinity where what should be 0 is not, or the sum is not 1. */
function worstProbability(got: Float32Array, wanted: Float64Array): number {
  let worst = 0;
  let sum = 0;
  for (let k = 0; k < wanted.length; k++) {
    const p = wanted[k]!;
    sum += got[k]!;
    const error = p > 1e-30 ? Math.abs(got[k]! / p - 1) : Math.abs(got[k]! - p) > 1e-35 || got[k]! < 0 ? Infinity : 0;
    if (!(error <= worst)) worst = error;
  }
  return Math.abs(sum - 1) <= 1e-6 ? worst : Infinity;
}

function worstLogarithm(got: Float32Array, wanted: Float64Array): number {
  let worst = 0;
  for (let k = 0; k < wanted.length; k++) {
    const error = Number.isFinite(Math.fround(wanted[k]!))
      ? scaled(got[k]!, wanted[k]!)
      : got[k] === -Infinity
        ? 0
        : Infinity;
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

describe.each(rows)("a row of $name", ({ name, make }) => {
  it.each(sizes.filter((size) => size < 20_000 || large.has(name)))("of %i: all that the reference says", (size) => {
    check(make(1, size), 1);
    if (size < 5000) for (const temperature of [0.7, 2.3]) check(make(1, size), temperature);
  });
});

describe("what may go wrong between pieces", () => {
  const base = (): Float32Array => fromCycle([1, -2, 0.5, -3, 0], 10_000);
  const change = (...changes: [number, number][]): Float32Array => {
    const row = base();
    for (const [k, z] of changes) row[k] = z;
    return row;
  };

  it.each([
    ["the maximum in the last piece", change([9999, 9])],
    ["ties in different pieces", change([4000, 9], [8500, 9])],
    ["a maximum that rises from piece to piece", change([10, 5], [4200, 50], [9000, 51])],
    ["a masked first piece", base().fill(-Infinity, 0, 4096)],
    ["a masked last piece", base().fill(-Infinity, 8192)],
    ["sums that overflow f32", fromCycle([3e38, -3e38, 2e38], 10_000)],
    ["overflow to both sides", fromCycle([3e38, 3e38, 3e38, 3e38, -3e38, -3e38, -3e38, -3e38], 10_000)],
    ["NaN with a sign in the last piece", change([9500, NaN]).map((z) => -z)],
    ["NaN in the tail", change([9999, NaN])],
    ["+Infinity", change([5000, Infinity])],
    ["+Infinity beside −Infinity", change([5000, Infinity], [4999, -Infinity])],
    ["NaN in a masked row", new Float32Array(9000).fill(-Infinity).fill(NaN, 8999)],
    ["only −Infinity", new Float32Array(9000).fill(-Infinity)],
  ])("%s", (_, row) => check(row, 1));

  it("finds NaN of either sign in every place", () => {
    const row = alloc(1, 203);
    const bits = new Int32Array(row.buffer, row.byteOffset, row.length);
    for (const nan of [0x7fc00000, 0x7f800001, 0xffc00000, 0xff800001])
      for (let k = 0; k < row.length; k++) {
        row.set(fromCycle([-2, 3, -Infinity, 0, 1e38], row.length));
        bits[k] = nan;
        expect(peak(row, 0, row.length).max).toBeNaN();
      }
  });

  it.each([1e-38, 1e38])("a temperature of %d, for which f32 has no room", (temperature) => check(base(), temperature));

  it("sums to 1, and keeps log-sum-exp, where equal terms round the same way", () => {
    for (let i = 0; i < 40; i++) {
      const row = new Float32Array(100_000).fill(-(8 + i / 7));
      row[77] = 0.1;
      const rest = (row.length - 1) * Math.exp(row[0]! - row[77]!);
      expect(
        scaled(row[77]! + Math.log1p(rowSum(row, 0, row.length, 1).rest), row[77]! + Math.log1p(rest)),
      ).toBeLessThan(1e-6);
      const out = new Float32Array(row.length);
      rowSoftmax(row, 0, row.length, 1, out);
      expect(Math.abs(out.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-6);
      const entropy = Math.log1p(rest) - (rest * (row[0]! - row[77]!)) / (1 + rest);
      expect(Math.abs(rowEntropy(row, 0, row.length, 1) - entropy)).toBeLessThan(1e-5);
    }
  });
});

describe.skipIf(!hasSharedData)("rows of GPT-2 (skipped where the shared data do not lie beside the checkout)", () => {
  it("are as the reference says", () => {
    const bytes = readFileSync(shared("language-models/gpt2-next-token-logits.npy"));
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + 10 + bytes.readUInt16LE(8)));
    expect(values.length % 50_257).toBe(0);
    for (let k = 0; k < values.length; k += 50_257) check(values.slice(k, k + 50_257), 1);
  });
});
