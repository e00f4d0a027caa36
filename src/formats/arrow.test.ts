import { describe, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { cut, expectRefused, poke, type Refusal } from "../../test/support/refusal.js";
import { readArrow } from "./arrow.js";

const refusals: Refusal[] = [
  [
    "an Arrow file cut short",
    corpusBytes("columns.arrow", cut(-100)),
    "bad-data",
    "Cannot read columns.arrow: an Arrow file must end with ARROW1, got something else",
  ],
  [
    "an Arrow stream cut short",
    corpusBytes("fixed.arrows", cut(700)),
    "bad-data",
    "Cannot read fixed.arrows: its Arrow messages must be whole, got damaged or missing bytes",
  ],
  [
    "an Arrow stream that claims a header of 2 GB",
    corpusBytes("fixed.arrows", poke(4, 0, 0, 0, 127)),
    "bad-data",
    "Cannot read fixed.arrows: its Arrow messages must be whole, got damaged or missing bytes",
  ],
  [
    "an Arrow file with a missing score",
    corpusBytes("broken-null.arrow"),
    "bad-data",
    "Cannot read broken-null.arrow: row 1 of column a must have a value, got null",
  ],
];

describe("readArrow", () => {
  it.each(casesOf("arrow"))("reads what $file holds: $options", async (expected) => {
    await expectCase(await readArrow(corpusBytes(expected.file), expected.options), expected);
  });

  it.each(refusals)("refuses %s", async (...refusal) => {
    await expectRefused(readArrow, refusal);
  });
});
