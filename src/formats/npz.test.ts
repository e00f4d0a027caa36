import { describe, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { cut, expectRefused, poke, type Refusal } from "../../test/support/refusal.js";
import { readNpz } from "./npz.js";

const refusals: Refusal[] = [
  [
    "an npz cut short",
    corpusBytes("stored.npz", cut(-30)),
    "bad-data",
    "Cannot read stored.npz: a zip archive must end with its directory, got none",
  ],
  [
    "an npz whose data were altered",
    corpusBytes("stored.npz", poke(200, 1, 2, 3)),
    "bad-data",
    "Cannot read logits.npy in stored.npz: its compressed data must be whole, got damaged or missing bytes",
  ],
  [
    "a deflated npz whose data were altered",
    corpusBytes("deflated.npz", poke(120, 1, 2, 3)),
    "bad-data",
    "Cannot read logits.npy in deflated.npz: its compressed data must be whole, got damaged or missing bytes",
  ],
  [
    "an archive bomb",
    corpusBytes("broken-bomb.npz"),
    "bad-data",
    /^Cannot read logits.npy in broken-bomb.npz: its decompressed data must be at most 200 times its compressed size \(\d+\), got 71303296 or more$/,
  ],
  [
    "two arrays that may be the scores",
    corpusBytes("broken-two-floats.npz"),
    "ambiguous",
    "Cannot read broken-two-floats.npz: one array must be the scores, got a (7 × 3), b (7 × 3)",
  ],
  [
    "two arrays that may be the labels",
    corpusBytes("broken-two-labels.npz"),
    "ambiguous",
    "Cannot read broken-two-labels.npz: one array must be the labels, got labels (7), target (7)",
  ],
  [
    "no array that may be the scores",
    corpusBytes("broken-no-scores.npz"),
    "bad-data",
    "Cannot use n: its shape must be rows × classes, got a single number",
  ],
  [
    "fewer labels than rows",
    corpusBytes("broken-label-rows.npz"),
    "bad-data",
    "Cannot use labels: it must have one entry for each of the 7 rows of logits, got 5",
  ],
  [
    "a key that is not there",
    corpusBytes("stored.npz"),
    "bad-argument",
    "Cannot read stored.npz: the key of the scores must be one of its arrays, logits (7 × 3), labels (7), got nothing",
    { logitsKey: "nothing" },
  ],
];

describe("readNpz", () => {
  it.each(casesOf("npz").filter(({ file }) => !file.endsWith(".gz")))(
    "reads what $file holds: $options",
    async (expected) => {
      await expectCase(await readNpz(corpusBytes(expected.file), expected.options), expected);
    },
  );

  it.each(refusals)("refuses %s", async (...refusal) => {
    await expectRefused(readNpz, refusal);
  });
});
