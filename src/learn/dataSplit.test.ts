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
  notes: [],
});

describe("firstOnly", () => {
  it("keeps the first examples, and lets the others join validation", () => {
    const { train, validation, notes } = firstOnly(given(true), 3);
    expect([...train.values]).toEqual([51, 52, 53]);
    expect(validation).toEqual({
      ...validation,
      values: Uint8Array.of(7, 8, 54),
      labels: Int32Array.of(1, 0, 1),
      ids: ["7", "8", "54"],
    });
    expect(notes).toEqual(["Of the training examples 1 are not learned from, and join validation."]);
  });

  it("joins bytes and numbers as numbers: bytes stand for shares of 255", () => {
    expect(firstOnly(given(false), 3).validation.values).toEqual(Float32Array.of(7, 8, 54 / 255));
  });

  it("says which classes the first ones lack, and refuses a single one", () => {
    const sorted: Data = {
      name: "sorted",
      train: { ...examples([0, 0, 1, 2], 1), classes: ["a", "b", "c"] },
      validation: { ...examples([0], 5), classes: ["a", "b", "c"] },
      test: { ...examples([1], 6), classes: ["a", "b", "c"] },
      notes: [],
    };
    expect(firstOnly(sorted, 3).notes.at(-1)).toBe("No example that is learned from shows c.");
    expect(() => firstOnly(sorted, 2)).toThrow(
      "Cannot use sorted: its first 2 training examples must be of at least 2 classes, got only a",
    );
  });

  it("changes nothing where all are learned", () => {
    const data = given(true);
    expect(firstOnly(data, 4)).toBe(data);
  });
});

describe("divide", () => {
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
    expect(notes).toEqual(["No training example shows c."]);
  });

  it("draws the same share of each class, whatever their numbers", () => {
    const labels = Array.from({ length: 120 }, (_, i) => (i % 6 === 0 ? 1 : 0));
    const { train, validation, test } = divide({ name: "x", train: examples(labels, 0), notes: [] }, 3);
    for (const part of [validation, test]) expect([...part.labels].filter((label) => label === 1)).toHaveLength(2);
    expect([train, validation, test].map((part) => part.labels.length)).toEqual([96, 12, 12]);
    expect(new Set([train, validation, test].flatMap((part) => [...part.values])).size).toBe(120);
  });
});
