// What looks like scores and is none, and what looks like none and is: written before the rule of kind.ts that has to agree. No test file itself.
import type { KindCase } from "./kindCases.fixture.js";
import { ln, logits, map, probs, round } from "./kindNumbers.fixture.js";

export const kindTraps: KindCase[] = [
  // Precision is not rounding, and rounding is not noise.
  {
    why: "f32 softmax has seven digits, not six: nothing is rounded",
    rows: map(probs(20, 40, 4), Math.fround),
    dtype: "f4",
    reads: "probs",
    neverSays: /rounded/,
  },
  {
    why: "two digits stored as f32: the nearest f32 of 0.33 is still 0.33",
    rows: map(
      [
        [0.33, 0.33, 0.34],
        [0.5, 0.25, 0.25],
        [0.98, 0.01, 0.01],
      ],
      Math.fround,
    ),
    dtype: "f4",
    reads: "probs",
    says: /rounded to 2 digits/,
  },
  {
    why: "two digits stored as f64",
    rows: [
      [0.33, 0.33, 0.34],
      [0.5, 0.25, 0.25],
    ],
    dtype: "f8",
    reads: "probs",
    says: /rounded to 2 digits/,
  },
  {
    why: "f32 printed with all the digits of the f64 it became",
    rows: map(probs(21, 40, 4), Math.fround),
    reads: "probs",
    neverSays: /rounded/,
  },
  {
    why: "log-probabilities with two digits: exp of a row is 1 within half a percent",
    rows: map(map(probs(22, 20, 4), ln), round(2)),
    reads: "logprobs",
  },
  {
    why: "a hundred rows of six-digit softmax over 100 classes",
    rows: map(probs(23, 100, 100), round(6)),
    reads: "probs",
    says: /rounded to 6 digits/,
  },
  {
    why: "the noise of another program: sums are 1, but one probability is −1e-9",
    rows: [
      [0.6, 0.4 + 1e-9, -1e-9],
      [0.25, 0.5, 0.25],
    ],
    refused: "ambiguous",
    because: /-1e-9/,
  },
  {
    why: "the same at the top: a probability of 1.0000005 beside negatives",
    rows: [
      [1.0000005, -2e-7, -3e-7],
      [0.25, 0.5, 0.25],
    ],
    refused: "ambiguous",
    because: /sum/,
  },

  // Units and signs that look like scores.
  {
    why: "percentages in an array called logits: name and numbers disagree",
    name: "logits",
    rows: [
      [70, 20, 10],
      [25.5, 50, 24.5],
      [97, 2, 1],
    ],
    refused: "ambiguous",
    because: /--kind percent or --kind logits/,
  },
  {
    why: "percentages in an array called probs: they are",
    name: "probs",
    rows: [
      [70, 20, 10],
      [25.5, 50, 24.5],
      [97, 2, 1],
    ],
    reads: "probs",
    first: [0.7, 0.2, 0.1],
    says: /percent/,
  },
  {
    why: "votes of 500 trees: whole numbers, every row sums to 500",
    rows: [
      [400, 90, 10],
      [25, 300, 175],
      [166, 167, 167],
    ],
    refused: "ambiguous",
    because: /500/,
  },
  {
    why: "votes in an array called logits are votes all the same",
    name: "logits",
    rows: [
      [400, 90, 10],
      [25, 300, 175],
      [166, 167, 167],
    ],
    refused: "ambiguous",
    because: /--kind logits/,
  },
  {
    why: "probabilities as bytes: nothing negative, every row sums to 255 ± 1",
    rows: map(probs(24, 30, 5), (p) => Math.round(p * 255)),
    refused: "ambiguous",
    because: /255|counts/,
  },
  {
    why: "scores moved to a common sum have negatives among them: no counts",
    rows: [
      [6, -2, 1],
      [0.5, 5, -0.5],
      [-1, -1, 7],
    ],
    reads: "logits",
  },
  {
    why: "surprisals: −ln p, nothing negative, exp of their negatives sums to 1; as scores the winner would be the least probable",
    rows: map(probs(25, 20, 5), (p) => -ln(p)),
    refused: "ambiguous",
    because: /negat/,
  },
  {
    why: "surprisals in bits",
    rows: map(probs(26, 20, 5), (p) => -Math.log2(p)),
    refused: "ambiguous",
    because: /negat/,
  },
  {
    why: "log₂ p: as natural logarithms every confidence would be wrong",
    rows: map(probs(27, 20, 5), Math.log2),
    refused: "ambiguous",
    because: /base 2/,
  },
  { why: "log₁₀ p", rows: map(probs(28, 20, 5), Math.log10), refused: "ambiguous", because: /base 10/ },
  {
    why: "in an array called logits, a base-2 logarithm is no more a logit",
    name: "logits",
    rows: map(probs(29, 20, 5), Math.log2),
    refused: "ambiguous",
    because: /base 2/,
  },
  {
    why: "the owner says logits of negative log-probabilities: it is the owner's table",
    options: { kind: "logits" },
    rows: map(probs(30, 5, 3), (p) => -ln(p)),
    reads: "logits",
  },

  // A column that is no class.
  {
    why: "labels stacked beside the scores: the last column counts classes in whole numbers",
    rows: logits(31, 30, 4).map((row, i) => [...row, i % 4]),
    dtype: "f4",
    refused: "ambiguous",
    because: /column 4/,
  },
  {
    why: "row numbers stacked before the scores",
    rows: logits(32, 30, 4).map((row, i) => [i, ...row]),
    dtype: "f8",
    refused: "ambiguous",
    because: /column 0/,
  },
  {
    why: "two rows are enough when nothing else is whole: 0 and 1 beside two scores",
    rows: [
      [1.25, -0.5, 0],
      [0.3, 2.2, 1],
    ],
    refused: "ambiguous",
    because: /column 2/,
  },
  {
    why: "the owner names five classes: the whole numbers are scores",
    options: { classes: ["a", "b", "c", "d", "e"] },
    rows: logits(33, 30, 4).map((row, i) => [...row, i % 4]),
    reads: "logits",
  },
  {
    why: "a reference class whose score is always 0, as regressions have it",
    rows: logits(34, 30, 3).map((row) => [0, ...row]),
    reads: "logits",
  },
  {
    why: "scores of eight bits are whole numbers everywhere",
    rows: map(logits(35, 30, 4), (z) => Math.round(8 * z)),
    reads: "logits",
  },
  {
    why: "scores cut off at zero are whole here and there",
    rows: map(logits(36, 30, 4), (z) => Math.max(0, z)),
    reads: "logits",
  },
];
