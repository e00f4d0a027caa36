import { array, assert, boolean, constantFrom, integer, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeValues, readHybrid } from "./parquetDecode.js";
import { firstLength, presence, raggedAt } from "./parquetLevels.js";

/** Runs as a writer may make them: equal numbers as a run, others packed in groups of eight. */
function encode(runs: { packed: boolean; values: number[] }[], width: number): { bytes: Uint8Array; values: number[] } {
  const bytes: number[] = [];
  const values: number[] = [];
  const varInt = (value: number): void => {
    for (let rest = value; ; rest = Math.floor(rest / 128)) {
      bytes.push((rest % 128) + (rest >= 128 ? 128 : 0));
      if (rest < 128) return;
    }
  };
  for (const { packed, values: some } of runs) {
    if (packed) {
      const groups = Math.ceil(some.length / 8);
      varInt(groups * 2 + 1);
      const bits = Array.from({ length: groups * 8 }, (_, i) =>
        (some[i] ?? 0).toString(2).padStart(width, "0").split("").toReversed(),
      ).flat();
      for (let i = 0; i < bits.length; i += 8)
        bytes.push(
          Number.parseInt(
            bits
              .slice(i, i + 8)
              .toReversed()
              .join(""),
            2,
          ),
        );
      values.push(...Array.from({ length: groups * 8 }, (_, i) => some[i] ?? 0));
    } else {
      varInt(some.length * 2);
      for (let byte = 0; byte < Math.ceil(width / 8); byte++) bytes.push(Math.floor(some[0]! / 256 ** byte) % 256);
      values.push(...some.map(() => some[0]!));
    }
  }
  return { bytes: Uint8Array.from(bytes), values };
}

const runs = (most: number) =>
  array(
    tuple(boolean(), array(integer({ min: 0, max: most }), { minLength: 1, maxLength: 40 })).map(
      ([packed, values]) => ({ packed, values }),
    ),
    { minLength: 1, maxLength: 6 },
  );

describe("readHybrid", () => {
  it.each([1, 2, 3, 5, 7, 8, 9, 12, 15, 16, 17, 20, 24, 25, 31, 32])(
    "reads numbers of %d bits, packed or repeated",
    (width) => {
      assert(
        property(runs(2 ** width - 1), (given) => {
          const { bytes, values } = encode(given, width);
          const out = new Uint32Array(values.length);
          readHybrid(bytes, width, out);
          expect([...out]).toEqual(values);
        }),
        { seed: 7, numRuns: 60 },
      );
    },
  );

  it.each([
    ["nothing", []],
    ["a run of none", [0, 1]],
    ["a header without its value", [8]],
    ["packed groups without their bytes", [3]],
    ["a length that never ends", [255, 255, 255, 255, 255, 255, 255, 255]],
  ])("refuses %s", (_, bytes) => {
    expect(() => readHybrid(Uint8Array.from(bytes), 8, new Uint32Array(4))).toThrow(RangeError);
  });
});

describe("decodeValues", () => {
  it("refuses an entry that is not in its dictionary", () => {
    const { bytes } = encode([{ packed: false, values: [3, 3] }], 2);
    const page = Uint8Array.of(2, ...bytes);
    const out = new Float32Array(2);
    expect(() => decodeValues(page, "RLE_DICTIONARY", "f4", 2, new Float32Array(3), out, 0)).toThrow(
      "an entry that is not in its dictionary",
    );
    decodeValues(page, "RLE_DICTIONARY", "f4", 2, Float32Array.of(1, 2, 3, 4), out, 0);
    expect([...out]).toEqual([4, 4]);
  });

  it("keeps the digits of 64-bit integers that are wanted as text", () => {
    const page = new Uint8Array(BigInt64Array.of(1_604_999_999_999_999_999n).buffer);
    const out: string[] = [];
    decodeValues(page, "PLAIN", "i8", 1, undefined, out, 0);
    expect(out).toEqual(["1604999999999999999"]);
  });

  it("reads booleans as numbers, or as words", () => {
    const numbers = new Float64Array(10);
    decodeValues(Uint8Array.of(0b00000101, 0b10), "PLAIN", "bits", 10, undefined, numbers, 0);
    expect([...numbers]).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
    const words: string[] = [];
    decodeValues(Uint8Array.of(0b01), "PLAIN", "bits", 2, undefined, words, 0);
    expect(words).toEqual(["true", "false"]);
  });
});

describe("levels", () => {
  it("presence is undefined when all values are there, and says which are not", () => {
    assert(
      property(constantFrom(1, 2, 3), runs(3), (most, given) => {
        const level = given.map(({ packed, values }) => ({
          packed,
          values: values.map((value) => Math.min(value, most)),
        }));
        const { bytes, values } = encode(level, most === 1 ? 1 : 2);
        const expected = values.every((value) => value === most)
          ? undefined
          : Uint8Array.from(values, (value) => Number(value === most));
        expect(presence(bytes, most, values.length)).toEqual(expected);
      }),
      { seed: 7 },
    );
    expect(presence(encode([{ packed: true, values: new Array(13).fill(3) }], 2).bytes, 3, 13)).toBeUndefined();
    expect(presence(encode([{ packed: true, values: new Array(13).fill(1) }], 1).bytes, 1, 13)).toBeUndefined();
  });

  it("raggedAt finds the first value that breaks lists of equal length, from any place inside a list", () => {
    assert(
      property(
        integer({ min: 1, max: 20 }),
        integer({ min: 0, max: 30 }),
        integer({ min: 1, max: 90 }),
        integer({ min: -20, max: 90 }),
        boolean(),
        (length, inside, count, wrong, packed) => {
          const levels = Array.from({ length: count }, (_, i) => Number((inside + i) % length !== 0));
          if (wrong >= 0 && wrong < count) levels[wrong] = 1 - levels[wrong]!;
          const given = packed ? [{ packed, values: levels }] : levels.map((level) => ({ packed, values: [level] }));
          expect(raggedAt(encode(given, 1).bytes, count, length, inside)).toBe(
            wrong >= 0 && wrong < count ? wrong : -1,
          );
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });

  it("firstLength counts the values before the second list", () => {
    const of = (levels: number[]): number =>
      firstLength(encode([{ packed: true, values: levels }], 1).bytes, levels.length);
    expect([of([0, 1, 1, 0, 1]), of([0, 1, 1]), of([0, 0, 1])]).toEqual([3, 3, 1]);
  });
});
