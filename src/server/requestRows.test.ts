import { describe, expect, it } from "vitest";
import { type RowsBody, rowsOfBytes, rowsOfJson } from "./requestRows.js";

const parsed = (text: string): RowsBody => JSON.parse(text);

describe("rows of a body", () => {
  it.each<[why: string, text: string, message: string]>([
    [
      "a number too large is said as what it has become",
      '{"logits":[1,1e999]}',
      'column 1 must be a number or "-Infinity", got Infinity',
    ],
    ["null is null", '{"logits":[1,null]}', "got null"],
    ["a row that is a number", '{"logits":[[1,2],1e999]}', "row 1 must have the policy's 2 classes, got Infinity"],
    [
      "probabilities that do not sum to 1",
      '{"logits":[[0.5,0.5],[0.9,0.7]],"kind":"probs"}',
      "every row must sum to 1, got 1.6 in row 1",
    ],
    [
      "probabilities above 1",
      '{"logits":[1.5,-0.5],"kind":"probs"}',
      "every number must be in [0, 1], got 1.5 in row 0, column 0",
    ],
    [
      "logarithms of no probabilities",
      '{"logits":[-3,-4],"kind":"logprobs"}',
      "every row must sum to 1, got 0.0681 in row 0",
    ],
    ["logarithms above 0", '{"logits":[2,-4],"kind":"logprobs"}', "every number must be ≤ 0, got 2 in row 0, column 0"],
  ])("%s", (_why, text, message) => {
    expect(() => rowsOfJson(parsed(text), 2)).toThrow(message);
    expect(() => rowsOfJson(parsed(text), 2)).toThrow(expect.objectContaining({ code: "bad-data" }));
  });

  it.each<[why: string, text: string]>([
    ["probabilities that were rounded", '{"logits":[0.33,0.66],"kind":"probs"}'],
    ["logarithms of a class that is masked", '{"logits":["-Infinity",0],"kind":"logprobs"}'],
    ["scores, whatever they sum to", '{"logits":[0.9,0.7]}'],
  ])("%s are read", (_why, text) => {
    expect(rowsOfJson(parsed(text), 2).batch.rows).toBe(1);
  });

  it("binary rows are held to the same", () => {
    const bytes = new Uint8Array(Float32Array.of(0.5, 0.5, 0.9, 0.7).buffer);
    expect(() => rowsOfBytes(bytes, { kind: "probs" }, 2)).toThrow("every row must sum to 1, got 1.6 in row 1");
    expect(rowsOfBytes(bytes, {}, 2).batch.rows).toBe(2);
  });
});
