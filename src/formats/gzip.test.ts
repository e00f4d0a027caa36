import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { cut, expectRefused, poke, type Refusal } from "../../test/support/refusal.js";
import { bytesOf } from "./bytes.js";
import { gunzip, isGzip } from "./gzip.js";
import { readNpy } from "./npy.js";
import { readNpz } from "./npz.js";

const refusals: Refusal[] = [
  [
    "a gzip cut short",
    corpusBytes("f4.npy.gz", cut(-20)),
    "bad-data",
    "Cannot read f4.npy.gz: its compressed data must be whole, got damaged or missing bytes",
  ],
  [
    "a gzip whose sum is wrong",
    corpusBytes("f4.npy.gz", poke(-8, 1, 2, 3, 4)),
    "bad-data",
    "Cannot read f4.npy.gz: its compressed data must be whole, got damaged or missing bytes",
  ],
];

describe("gunzip", () => {
  it.each([...casesOf("npy"), ...casesOf("npz")].filter(({ file }) => file.endsWith(".gz")))(
    "looks through $file",
    async (expected) => {
      const bytes = corpusBytes(expected.file);
      expect(isGzip(await bytes.slice(0, 2))).toBe(true);
      const read = expected.format === "npy" ? readNpy : readNpz;
      await expectCase(await read(await gunzip(bytes), expected.options), expected);
    },
  );

  it.each(refusals)("refuses %s", async (...refusal) => {
    await expectRefused(async (bytes, options) => readNpy(await gunzip(bytes), options), refusal);
  });

  it("names what is inside", async () => {
    expect((await gunzip(bytesOf(gzipSync("a"), "scores.csv.GZ"))).name).toBe("scores.csv");
  });

  // 96 MiB, of which each 4-byte word is its own place.
  const words = Uint32Array.from({ length: 24 * 2 ** 20 }, (_, i) => Math.imul(i, 2654435761));
  const large = bytesOf(gzipSync(new Uint8Array(words.buffer), { level: 1 }), "large.gz");

  it("gives any part of a file that is too large to hold, forwards, backwards and side by side", async () => {
    const bytes = await gunzip(large);
    expect(bytes.byteLength).toBe(words.byteLength);
    const places = [0, 8 * 2 ** 20, 4, 90 * 2 ** 20, 8 * 2 ** 20 + 4000, 50 * 2 ** 20, words.byteLength - 4000];
    const parts = await Promise.all(places.map((place) => bytes.slice(place, place + 4000)));
    for (const [i, part] of parts.entries()) {
      expect(new Uint32Array(part.buffer)).toEqual(words.subarray(places[i]! / 4, places[i]! / 4 + 1000));
    }
  });

  it("refuses to be a bomb: 128 MiB of zeros in 130 KB", async () => {
    const bomb = bytesOf(gzipSync(new Uint8Array(2 ** 27)), "bomb.gz");
    await expect(gunzip(bomb)).rejects.toThrow(
      /^Cannot read bomb.gz: its decompressed data must be at most 200 times its compressed size \(\d+\), got \d+ or more$/,
    );
  });
});
