import { afterEach, describe, expect, it } from "vitest";
import { alloc, classPlaces, labelPlaces, type Places, useImplementation } from "./index.js";
import { labelsFor, shapes, tables } from "./tables.fixture.js";

afterEach(() => useImplementation());

const room = (rows: number): Places => ({
  share: new Float32Array(rows),
  above: new Float32Array(rows),
  largest: new Float32Array(rows),
  rank: new Int32Array(rows),
});

/** What differs from the reference by more than 1e-5 of itself; of a row without a softmax only that is compared. */
function differences(ours: Places, theirs: Places): string[] {
  const wrong: string[] = [];
  for (let row = 0; row < theirs.share.length; row++) {
    if (Number.isNaN(theirs.share[row])) {
      if (!Number.isNaN(ours.share[row])) wrong.push(`row ${row} has no softmax`);
      continue;
    }
    for (const name of ["share", "above", "largest"] as const)
      if (!(Math.abs(ours[name][row]! - theirs[name][row]!) <= 1e-5 * theirs[name][row]! + 1e-36))
        wrong.push(`${name} of row ${row}: ${ours[name][row]} for ${theirs[name][row]}`);
    if (ours.rank[row] !== theirs.rank[row])
      wrong.push(`rank of row ${row}: ${ours.rank[row]} for ${theirs.rank[row]}`);
  }
  return wrong;
}

function inKernelMemory(values: Float32Array, rows: number, classes: number): Float32Array {
  const own = alloc(rows, classes);
  own.set(values);
  return own;
}

describe.each(tables)("rows of $name", ({ make }) => {
  it.each([...shapes, [400, 12] as [number, number], [1700, 10] as [number, number]])(
    "%i × %i: where classes stand is the reference's",
    (rows, classes) => {
      const values = make(rows, classes);
      const labels = labelsFor(rows, classes);
      const all = (given: Float32Array): Places[] => {
        const every = Array.from({ length: classes }, () => room(rows));
        classPlaces(given, rows, classes, every);
        return every;
      };
      const own = (given: Float32Array): Places => {
        const places = room(rows);
        labelPlaces(given, labels, rows, classes, places);
        return places;
      };
      useImplementation("reference");
      const [expected, ofLabels] = [all(values), own(values)];
      useImplementation("wasm");
      for (const given of [values, inKernelMemory(values, rows, classes)]) {
        expect(differences(own(given), ofLabels)).toEqual([]);
        expect(all(given).flatMap((one, k) => differences(one, expected[k]!))).toEqual([]);
      }
    },
  );
});

it("the reference says what the definitions say", () => {
  const places = Array.from({ length: 3 }, () => room(1));
  useImplementation("reference");
  classPlaces(Float64Array.of(Math.log(5), Math.log(2), Math.log(3)), 1, 3, places);
  const near = (name: "share" | "above" | "largest"): number[] => places.map((one) => Number(one[name][0]!.toFixed(6)));
  expect(near("share")).toEqual([0.5, 0.2, 0.3]);
  expect(near("above")).toEqual([0, 0.8, 0.5]);
  expect(near("largest")).toEqual([0.5, 0.5, 0.5]);
  expect(places.map(({ rank }) => rank[0])).toEqual([1, 3, 2]);
});
