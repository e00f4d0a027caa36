import { bytesOf, openSource, type ReadOptions } from "logits/formats";
import { describe, expect, it } from "vitest";
import { LogitsError } from "../core/index.js";

const open = (text: string, options: ReadOptions = {}, name = "scores.jsonl"): Promise<unknown> =>
  openSource(bytesOf(new TextEncoder().encode(text), name), options).then(({ capture }) => capture.kind);

const lines = (...rows: unknown[]): string => rows.map((row) => JSON.stringify(row)).join("\n");

// Each case says why it has, or has not, one honest reading.
const clear: [why: string, text: string, kind: string][] = [
  [
    "a negative number is no probability, a positive one no log-probability",
    lines([3.1, 2.9, -1], [0.2, -4, 1]),
    "logits",
  ],
  ["a number above 1 is no probability", lines([8.2, 1.5], [0.3, 0.1]), "logits"],
  [
    "rows in [0, 1] that all sum to 1 would be a miracle among logits",
    lines([0.7, 0.2, 0.1], [0.25, 0.5, 0.25]),
    "probs",
  ],
  ["one such row is enough: its sum is exact", lines([0.125, 0.875]), "probs"],
  [
    "f32 softmax sums to 1 up to 1e-7",
    lines([0.3333333432674408, 0.6666666865348816], [0.1, 0.9000000357627869]),
    "probs",
  ],
  [
    "rounded to two digits: 0.33 × 3 is 0.99, within its rounding",
    lines([0.33, 0.33, 0.33], [0.5, 0.25, 0.25]),
    "probs",
  ],
  [
    "rounded to three digits over ten classes",
    lines(
      [0.333, 0.333, 0.334, 0, 0, 0, 0, 0, 0, 0],
      [0.111, 0.111, 0.111, 0.111, 0.111, 0.111, 0.111, 0.111, 0.111, 0],
    ),
    "probs",
  ],
  [
    "all below 0 and exp sums to 1: log-probabilities",
    lines([Math.log(0.7), Math.log(0.2), Math.log(0.1)], [Math.log(0.25), Math.log(0.5), Math.log(0.25)]),
    "logprobs",
  ],
  [
    "all far below 0: the raw scores of a language model",
    lines([-92.1, -95.3, -101.2], [-136, -140.5, -139]),
    "logits",
  ],
  ["two or more rows that all sum to 100 are percentages", lines([70, 20, 10], [25, 50, 25]), "probs"],
  ["percentages with a digit", lines([33.3, 33.3, 33.4], [12.5, 80, 7.5]), "probs"],
  [
    "an object that says logits says so, also inside [0, 1]",
    lines({ logits: [0.2, 0.9] }, { logits: [0.5, 0.6] }),
    "logits",
  ],
  ["an object that says probs, and they are", lines({ probs: [0.2, 0.8] }, { probs: [0.5, 0.5] }), "probs"],
  ["large logits that happen to be positive", lines([120, 3, 40], [7, 50, 90]), "logits"],
  ["a masked class leaves logits what they are", '["-Infinity", 2, -1]\n[1, 0.5, "-Infinity"]', "logits"],
  [
    "masked classes of log-probabilities have probability 0",
    `["-Infinity", ${Math.log(0.5)}, ${Math.log(0.5)}]\n[${Math.log(0.25)}, ${Math.log(0.75)}, "-Infinity"]`,
    "logprobs",
  ],
  ["a scores object of class names with a negative", lines({ label: "cat", scores: { cat: 1.2, dog: -3 } }), "logits"],
];

const twoReadings: [why: string, text: string, hint: string][] = [
  ["one column may be log-odds or a probability", lines([0.3], [0.9]), "--kind binary-logits"],
  ["one column of negatives is no probability, but still one class too few", lines([-3], [2]), "--kind binary-logits"],
  [
    "in [0, 1] without a common sum: multilabel, truncated, or logits",
    lines([0.9, 0.8, 0.1], [0.2, 0.3, 0.9]),
    "--kind logits",
  ],
  [
    "sums a little below 1: probabilities of the top classes only",
    lines([0.6, 0.2, 0.1], [0.5, 0.3, 0.1]),
    "--kind logits",
  ],
  ["only 0 and 1: decisions or one-hot labels", lines([1, 0, 0], [0, 1, 0]), "--kind probs"],
  [
    "named logits, but every row is a distribution",
    lines({ logits: [0.5, 0.5] }, { logits: [0.25, 0.75] }),
    "--kind probs or --kind logits",
  ],
  ["named probs, but rows do not sum to 1", lines({ probs: [0.9, 0.8] }, { probs: [0.2, 0.1] }), "--kind logits"],
  ["one row that sums to 100", lines([60, 30, 10]), "--kind percent or --kind logits"],
  [
    "below 0 and exp sums to .9: truncated log-probabilities or logits",
    lines([Math.log(0.6), Math.log(0.3)], [Math.log(0.5), Math.log(0.4)]),
    "--kind logits",
  ],
];

const forced: [kind: NonNullable<ReadOptions["kind"]>, text: string, reads: string | RegExp][] = [
  ["logits", lines([0.9, 0.8, 0.1], [0.2, 0.3, 0.9]), "logits"],
  ["binary-logits", lines([0.3], [-0.9]), "logits"],
  ["binary-probs", lines([0.3], [0.9]), "probs"],
  ["percent", lines([60, 30, 10]), "probs"],
  ["probs", lines([1, 0, 0], [0, 1, 0]), "probs"],
  ["probs", lines([0.5, 0.5], [1.5, -0.5]), /every number must be in \[0, 1\], got 1.5 in row 1, column 0/],
  ["probs", lines([0.5, 0.5], [0.9, 0.8]), /every row must sum to 1, got 1.7 in row 1/],
  ["logprobs", lines([-0.1, 2]), /every number must be ≤ 0, got 2 in row 0, column 1/],
  ["percent", lines([60, 30, 10], [60, 30, 90]), /every row must sum to 100, got 180 in row 1/],
  ["binary-probs", lines([0.3, 0.7]), /it must have 1 column, got 2/],
];

async function read(text: string, options: ReadOptions): Promise<unknown> {
  const source = await openSource(bytesOf(new TextEncoder().encode(text), "scores.jsonl"), options);
  for await (const _ of source.batches());
  return source.capture.kind;
}

describe("what numbers are", () => {
  it.each(clear)("%s", async (_, text, kind) => expect(await open(text)).toBe(kind));

  it.each(twoReadings)("%s: refused, with the way out", async (_, text, hint) => {
    const error = await open(text).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LogitsError);
    expect((error as LogitsError).code).toBe("ambiguous");
    expect((error as LogitsError).hint).toContain(hint);
  });

  it.each(forced)("--kind %s of %j", async (kind, text, reads) => {
    if (typeof reads === "string") expect(await read(text, { kind })).toBe(reads);
    else await expect(read(text, { kind })).rejects.toThrow(reads);
  });

  it("the binary kinds become two columns", async () => {
    const source = await openSource(bytesOf(new TextEncoder().encode("[0.25]\n[0.5]"), "p.jsonl"), {
      kind: "binary-probs",
    });
    for await (const batch of source.batches()) expect([...batch.values]).toEqual([0.75, 0.25, 0.5, 0.5]);
  });
});
