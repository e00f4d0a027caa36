import { describe, expect, it } from "vitest";
import { type Data, divide, firstOnly } from "./dataSplit.js";
import type { Examples } from "./examples.js";

const examples = (labels: number[], first: number, bytes = true): Examples => {
  const values = labels.map((_, i) => first + i);
  return {
    values: bytes ? Uint8Array.from(values) : Float32Array.from(values),
    shape: [1],
    labels: Int32Array.from(labels),
    classes: ["a", "b"],
    ids: labels.map((_, i) => `${first + i}`),
  };
};
const given = (bytes: boolean): Parameters<typeof firstOnly>[0] => ({
  name: "x",
  train: examples([0, 1, 0, 1], 51),
  validation: examples([1, 0], 7, bytes),
  test: examples([0], 9),
  drawn: [],
  notes: [],
});

describe("firstOnly", () => {
  it("keeps the first examples, and lets the others join validation", () => {
    const { train, validation, notes } = firstOnly(given(true), 3, 0);
    expect([...train.values]).toEqual([51, 52, 53]);
    expect(validation).toEqual({
      ...validation,
      values: Uint8Array.of(7, 8, 54),
      labels: Int32Array.of(1, 0, 1),
      ids: ["7", "8", "54"],
    });
    expect(notes).toEqual(["Of the training examples 1 is not learned from, and joins validation."]);
  });

  it("joins bytes and numbers as numbers: bytes stand for shares of 255", () => {
    expect(firstOnly(given(false), 3, 0).validation.values).toEqual(Float32Array.of(7, 8, 54 / 255));
  });

  /** 60 of a, then 30 of b, 9 of c, 1 of d: class after class. */
  const sorted = (): Data => {
    const classes = ["a", "b", "c", "d", "none"];
    const labels = Array.from({ length: 100 }, (_, i) => (i < 60 ? 0 : i < 90 ? 1 : i < 99 ? 2 : 3));
    return {
      name: "sorted",
      train: { ...examples(labels, 0), classes },
      validation: { ...examples([0], 150), classes },
      test: { ...examples([1], 160), classes },
      drawn: [],
      notes: ["before"],
    };
  };
  const countsOf = ({ labels, classes }: Examples): number[] =>
    classes.map((_, k) => labels.filter((label) => label === k).length);

  it.each([
    [4, [1, 1, 1, 1, 0]],
    [14, [8, 4, 1, 1, 0]],
    [51, [31, 15, 4, 1, 0]],
  ])(
    "takes of a source that lies class after class %d of all classes, each by its share, and says so",
    (first, shares) => {
      const { train, validation, notes } = firstOnly(sorted(), first, 7);
      countsOf(train).forEach((count, k) => expect(Math.abs(count - shares[k]!)).toBeLessThanOrEqual(1));
      expect(
        countsOf(train)
          .slice(0, 4)
          .every((count) => count > 0),
      ).toBe(true);
      expect([...train.values, ...validation.values.subarray(1)].sort((a, b) => a - b)).toEqual([
        ...sorted().train.values,
      ]);
      expect(notes).toEqual([
        "before",
        `The first ${first} training examples would not show b, c, d: as many of all classes are learned instead, drawn by the seed (7).`,
        `Of the training examples ${100 - first} are not learned from, and join validation.`,
      ]);
      expect([...firstOnly(sorted(), first, 7).train.values]).toEqual([...train.values]);
      expect([...firstOnly(sorted(), first, 8).train.values]).not.toEqual([...train.values]);
    },
  );

  it("keeps the first where they show every class that there is, in whatever numbers", () => {
    const data = sorted();
    data.train.labels.set([3, 2, 1, 0]);
    const { train, notes } = firstOnly(data, 5, 7);
    expect([...train.values]).toEqual([0, 1, 2, 3, 4]);
    expect(notes).toEqual(["before", "Of the training examples 95 are not learned from, and join validation."]);
  });

  it("says which classes find no place where there are fewer places than classes", () => {
    const { train, notes } = firstOnly(sorted(), 2, 7);
    expect(new Set(train.labels).size).toBe(2);
    const missing = ["a", "b", "c", "d"].filter((_, k) => !train.labels.includes(k));
    expect(notes).toContain(`No example that is learned from shows ${missing.join(", ")}.`);
  });

  it("changes nothing where all are learned", () => {
    const data = given(true);
    expect(firstOnly(data, 4, 0)).toBe(data);
  });
});

describe("divide", () => {
  it("says which parts were drawn, and counts one example as one", () => {
    const all = { name: "x", train: examples([0, 1, 0, 1, 0, 1], 1), notes: [] };
    expect(divide(all, 0).drawn).toEqual(["validation", "test"]);
    expect(divide({ ...all, test: examples([1], 9) }, 0).drawn).toEqual(["validation"]);
    expect(divide({ ...all, validation: examples([0], 8), test: examples([1], 9) }, 0).drawn).toEqual([]);
    expect(() => divide({ ...all, train: examples([0], 1) }, 0)).toThrow(
      /at least 3 examples of a class .*, got 1 example in all$/,
    );
  });

  it("names the part in which something is wrong", () => {
    const all = { name: "x", train: examples([0, 1, 0, 1], 1), notes: [] };
    expect(() => divide({ ...all, test: examples([], 9) }, 0)).toThrow(
      "Cannot use the test examples of x: there must be at least one example, got none",
    );
    expect(() => divide({ ...all, validation: { ...examples([0], 9), shape: [1, 1, 1] } }, 0)).toThrow(
      "Cannot use x: its validation examples must be 1 as the training examples, got 1 × 1 × 1",
    );
  });

  it("takes nothing from training where all is set aside, and says which classes nobody shows", () => {
    const { train, notes } = divide(
      {
        name: "x",
        train: { ...examples([0, 1, 0], 1), classes: ["a", "b", "c"] },
        validation: examples([0], 5),
        test: examples([1], 6),
        notes: [],
      },
      0,
    );
    expect([...train.values]).toEqual([1, 2, 3]);
    expect(notes).toEqual([
      "No training example shows c.",
      "No validation example shows b.",
      "No test example shows a.",
    ]);
  });

  it("draws the same share of each class, whatever their numbers", () => {
    const labels = Array.from({ length: 120 }, (_, i) => (i % 6 === 0 ? 1 : 0));
    const { train, validation, test } = divide({ name: "x", train: examples(labels, 0), notes: [] }, 3);
    for (const part of [validation, test]) expect([...part.labels].filter((label) => label === 1)).toHaveLength(2);
    expect([train, validation, test].map((part) => part.labels.length)).toEqual([96, 12, 12]);
    expect(new Set([train, validation, test].flatMap((part) => [...part.values])).size).toBe(120);
  });
});
