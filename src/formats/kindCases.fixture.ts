// Tables of numbers, and what an honest reader says about each: written from what the numbers are, before the rule of kind.ts that has to
// agree with them. No test file itself.
import { half, logits, map, round, softmax, table, uniform } from "./kindNumbers.fixture.js";
import type { ReadOptions } from "./table.js";

export interface KindCase {
  /** What the numbers are, and why that can, or cannot, be told. */
  why: string;
  rows: number[][];
  /** How the file stores them; "text" (all digits that are written) when absent. */
  dtype?: "f2" | "f4" | "f8";
  /** What the file calls the array, when it does. */
  name?: string;
  options?: ReadOptions;
  /** The kind it is read as … */
  reads?: "logits" | "logprobs" | "probs";
  /** … and the first row then, where it is not the row as stored. */
  first?: number[];
  /** … and what must be said beside it, or must not. */
  says?: RegExp;
  neverSays?: RegExp;
  /** Or the refusal: the code, and the message or hint. */
  refused?: "ambiguous" | "bad-data";
  because?: RegExp;
}

export const kindCases: KindCase[] = [
  // Logits, and nothing else.
  {
    why: "raw scores of both signs, one above 1: neither a probability nor a logarithm of one",
    rows: logits(1, 50, 10),
    reads: "logits",
  },
  { why: "one row of scores of both signs is enough to rule the others out", rows: [[3.1, 2.9, -1]], reads: "logits" },
  {
    why: "a language model whose scores are all near −100: exp of a row sums to nothing like 1",
    rows: map(logits(2, 3, 500), (z) => z - 110),
    reads: "logits",
  },
  {
    why: "positive scores above 1 with changing sums",
    rows: map(logits(3, 20, 10), (z) => Math.abs(z) + 2),
    reads: "logits",
  },
  {
    why: "a masked class (−∞) beside positive scores",
    rows: [
      [-Infinity, 2, -1],
      [1, 0.5, -Infinity],
    ],
    reads: "logits",
  },
  {
    why: "centred scores: every row sums to 0, which is a habit of logits and of no probability",
    rows: [
      [1.5, -0.5, -1],
      [2, 0, -2],
      [-0.25, 0.5, -0.25],
    ],
    reads: "logits",
  },
  {
    why: "in [0, 1] but called logits: the file says it, and the row sums (1.1, 0.7) do not contradict it",
    name: "logits",
    rows: [
      [0.2, 0.9],
      [0.5, 0.2],
    ],
    reads: "logits",
    says: /in \[0, 1\]/,
  },

  // Probabilities.
  { why: "softmax in f64: fifty rows that sum to 1 to 15 digits", rows: softmax(logits(4, 50, 10)), reads: "probs" },
  {
    why: "softmax in f32 over a thousand classes: sums are 1 up to 1e-6",
    rows: map(softmax(logits(5, 8, 1000)), Math.fround),
    dtype: "f4",
    reads: "probs",
  },
  {
    why: "softmax in f16: every number is off by up to 1 in 2,048, and so is the sum",
    rows: map(softmax(logits(6, 20, 10)), half),
    dtype: "f2",
    reads: "probs",
  },
  {
    why: "one row of f64 softmax: a row of logits sums to 1 to ten digits once in ten thousand million",
    rows: softmax([[2.1, 0.3, -1.7]]),
    reads: "probs",
  },
  {
    why: "rounded to 3 digits, ten classes: sums within ± 0.005 of 1",
    rows: map(softmax(logits(7, 40, 10)), round(3)),
    reads: "probs",
    says: /rounded to 3 digits.*0\.0005/,
  },
  {
    why: "rounded to 2 digits, three classes: sums .99 … 1.01",
    rows: [
      [0.33, 0.33, 0.33],
      [0.5, 0.25, 0.25],
      [0.67, 0.17, 0.17],
      [0.9, 0.06, 0.05],
    ],
    reads: "probs",
    says: /rounded to 2 digits/,
  },
  {
    why: "two classes, p and 1 − p, three digits, sums exactly 1",
    rows: [
      [0.125, 0.875],
      [0.981, 0.019],
    ],
    reads: "probs",
  },
  {
    why: "called probs, and they are",
    name: "probs",
    rows: [
      [0.2, 0.8],
      [0.5, 0.5],
    ],
    reads: "probs",
  },

  // Their logarithms and percentages.
  {
    why: "log-softmax: nothing above 0, exp of every row sums to 1",
    rows: map(softmax(logits(8, 30, 5)), Math.log),
    reads: "logprobs",
  },
  {
    why: "log-softmax with a masked class: exp(−∞) is 0 and the sum is still 1",
    rows: [
      [-Infinity, Math.log(0.5), Math.log(0.5)],
      [Math.log(0.25), Math.log(0.75), -Infinity],
    ],
    reads: "logprobs",
  },
  {
    why: "rows of 0 … 100 that all sum to 100: percentages, divided by 100",
    rows: [
      [70, 20, 10],
      [25, 50, 25],
      [97, 2, 1],
    ],
    reads: "probs",
    first: [0.7, 0.2, 0.1],
    says: /percent/,
  },
  {
    why: "percentages with one digit: sums 99.9 … 100.1",
    rows: [
      [33.3, 33.3, 33.3],
      [12.5, 80, 7.5],
      [66.7, 16.7, 16.7],
    ],
    reads: "probs",
    first: [0.333, 0.333, 0.333],
    says: /percent/,
  },

  // Two honest readings, or more.
  {
    why: "independent sigmoids: each in [0, 1], sums from 0 to 5; logits may lie there too",
    rows: table(30, 5, uniform(9)),
    refused: "ambiguous",
    because: /--kind logits/,
  },
  {
    why: "only the five largest probabilities of each row were kept: sums a little below 1",
    rows: softmax(logits(10, 20, 50)).map((row) => row.sort((a, b) => b - a).slice(0, 5)),
    refused: "ambiguous",
    because: /--kind logits/,
  },
  {
    why: "one column in [0, 1]: a probability of the second class, or its log-odds",
    rows: [[0.3], [0.9], [0.01]],
    refused: "ambiguous",
    because: /--kind binary-logits or --kind binary-probs/,
  },
  {
    why: "one column of both signs: log-odds, but of which class only the owner knows",
    rows: [[-3], [2], [0.4]],
    refused: "ambiguous",
    because: /--kind binary-logits/,
  },
  {
    why: "only 0 and 1: decisions, or labels one-hot, but no scores",
    rows: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    refused: "ambiguous",
    because: /--kind probs/,
  },
  {
    why: "called logits, but every row is a distribution: the name or the numbers are wrong",
    name: "logits",
    rows: softmax(logits(11, 20, 4)),
    refused: "ambiguous",
    because: /--kind probs or --kind logits/,
  },
  {
    why: "called probs, but the rows sum to 0.3 and 1.7",
    name: "probs",
    rows: [
      [0.9, 0.8],
      [0.2, 0.1],
    ],
    refused: "ambiguous",
    because: /--kind logits/,
  },
  {
    why: "one row of whole percentages: one row in a hundred sums to 100 by chance",
    rows: [[60, 30, 10]],
    refused: "ambiguous",
    because: /--kind percent or --kind logits/,
  },
  {
    why: "one row of tenths that sums to 1: one row of such logits in ten does",
    rows: [[0.7, 0.2, 0.1]],
    refused: "ambiguous",
    because: /--kind probs or --kind logits/,
  },
  {
    why: "log-probabilities of the top classes only: nothing above 0, exp sums to .9",
    rows: [
      [Math.log(0.6), Math.log(0.3)],
      [Math.log(0.5), Math.log(0.4)],
    ],
    refused: "ambiguous",
    because: /--kind logits/,
  },

  // Settled by a flag, unless that is impossible.
  {
    why: "the owner says logits",
    options: { kind: "logits" },
    rows: [
      [0.9, 0.8, 0.1],
      [0.2, 0.3, 0.9],
    ],
    reads: "logits",
  },
  {
    why: "the owner says percent",
    options: { kind: "percent" },
    rows: [[60, 30, 10]],
    reads: "probs",
    first: [0.6, 0.3, 0.1],
  },
  {
    why: "one column of log-odds z becomes the logits 0, z",
    options: { kind: "binary-logits" },
    rows: [[-3], [2]],
    reads: "logits",
    first: [0, -3],
  },
  {
    why: "one column of probabilities p becomes 1 − p, p",
    options: { kind: "binary-probs" },
    rows: [[0.25], [0.5]],
    reads: "probs",
    first: [0.75, 0.25],
  },
  {
    why: "no probability is negative, whatever the owner says",
    options: { kind: "probs" },
    rows: [
      [0.5, 0.5],
      [1.5, -0.5],
    ],
    refused: "bad-data",
    because: /row 1/,
  },
  {
    why: "no distribution sums to 3",
    options: { kind: "probs" },
    rows: [
      [0.5, 0.5, 0],
      [1, 1, 1],
    ],
    refused: "bad-data",
    because: /sum to 1, got 3 in row 1/,
  },
  {
    why: "no probability has a positive logarithm",
    options: { kind: "logprobs" },
    rows: [[-0.1, 2]],
    refused: "bad-data",
    because: /≤ 0, got 2 in row 0/,
  },
];
