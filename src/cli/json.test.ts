import { describe, expect, it } from "vitest";
import { toJson } from "./json.js";

describe("toJson", () => {
  const document = {
    a: [1, 2.5, "x", null],
    b: {
      c: [],
      d: {},
      e: [
        [1, 2],
        [3, 4],
      ],
      f: undefined,
    },
    'quo"te\n': true,
    g: [{ h: -0 }, undefined],
  };

  it.each([0, 2])("says what JSON.stringify says (indent %i)", (indent) => {
    expect(JSON.parse(toJson(document, indent))).toEqual(JSON.parse(JSON.stringify(document)));
    expect(toJson(document, 0)).toBe(JSON.stringify(document));
  });

  it("what JSON has no number for is a string, and typed arrays are lists", () => {
    expect(toJson({ x: Float64Array.of(1, Infinity, -Infinity, NaN) }, 0)).toBe(
      '{"x":[1,"Infinity","-Infinity","NaN"]}',
    );
  });

  it("a list of numbers stands on one line", () => {
    expect(
      toJson({
        m: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toBe('{\n  "m": [\n    [1, 2],\n    [3, 4]\n  ]\n}');
  });
});
