import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { addScatter, initScatter, mahalanobis } from "./mahalanobis.js";

interface Golden {
  x: number[];
  group: number[];
  width: number;
  shrinkage: number;
  distance: number[];
}
const golden = JSON.parse(readFileSync(new URL("../../test/golden/triage.json", import.meta.url), "utf8")) as {
  mahalanobis: Golden[];
};

function distances(x: ArrayLike<number>, group: number[], width: number): number[] {
  const scatter = initScatter(Math.max(...group) + 1, width);
  group.forEach((g, row) => addScatter(scatter, x, row, g));
  return [...mahalanobis(scatter).distances(x, Int32Array.from(group))];
}

describe("mahalanobis", () => {
  it.each(golden.mahalanobis)(
    "$width wide: scikit-learn's OAS and SciPy's distance from the other rows of the group",
    (one) => {
      const found = distances(one.x, one.group, one.width);
      found.forEach((distance, row) => expect(distance).toBeCloseTo(one.distance[row]!, 9));
    },
  );

  it("a common offset of a million costs no digits", () => {
    const { x, group, width, distance } = golden.mahalanobis[0]!;
    const found = distances(
      x.map((value) => value + 2 ** 20),
      group,
      width,
    );
    found.forEach((d, row) => expect(d).toBeCloseTo(distance[row]!, 5));
  });

  it.each([
    ["a row alone in its group has nothing to be far from", [1, 2, 3, 4, 9, 9], [0, 0, 1], 2, NaN],
    ["rows that are all alike are at distance 0", [5, 5, 5, 5, 5, 5], [0, 0, 0], 2, 0],
  ])("%s", (_, x, group, width, last) => {
    expect(distances(x, group, width).at(-1)).toBe(last);
  });

  it("a masked entry adds nothing to the distance", () => {
    const rows = Array.from({ length: 50 }, (_, i) => [Math.sin(i), Math.cos(3 * i), -Infinity]);
    const found = distances(
      rows.flat(),
      rows.map(() => 0),
      3,
    );
    expect(found.every((distance) => Number.isFinite(distance))).toBe(true);
  });

  it("where logits sum to 0 up to rounding, the rounding is not far away", () => {
    const rows = Array.from({ length: 500 }, (_, i) => {
      const [a, b] = [4 * Math.sin(i * 1.7), 4 * Math.cos(i * 0.9)];
      return [a, b, -a - b + (i === 499 ? 1e-3 : 1e-7 * Math.sin(i))];
    });
    const found = distances(
      rows.flat(),
      rows.map(() => 0),
      3,
    );
    expect(found[499]).toBeLessThan(2);
  });

  it("wider than 128 it is diagonal: each entry in units of its own spread", () => {
    const width = 130;
    const x = Float64Array.from({ length: 300 * width }, (_, i) => (1 + (i % width)) * Math.sin(i * i * 0.37));
    x[299 * width] = 40;
    const found = distances(
      x,
      Array.from({ length: 300 }, () => 0),
      width,
    );
    expect(found[299]).toBe(Math.max(...found));
  });
});
