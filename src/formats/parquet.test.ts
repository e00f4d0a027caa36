import { describe, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { cut, expectRefused, poke, type Refusal } from "../../test/support/refusal.js";
import { bytesOf } from "./bytes.js";
import { readParquet } from "./parquet.js";
import type { Bytes } from "./table.js";

const text = (value: string): Bytes => bytesOf(new TextEncoder().encode(value), "text");
const twoGigabytes = [0, 0, 0, 128];

const refusals: Refusal[] = [
  [
    "text called Parquet",
    text("PAR1 but not really"),
    "bad-data",
    'Cannot read text: a Parquet file must end with PAR1, got "ally"',
  ],
  [
    "a Parquet cut short",
    corpusBytes("columns-snappy.parquet", cut(-4)),
    "bad-data",
    /^Cannot read columns-snappy.parquet: a Parquet file must end with PAR1, got /,
  ],
  [
    "a Parquet that claims a footer of 2 GB",
    corpusBytes("columns-snappy.parquet", poke(-8, ...twoGigabytes)),
    "bad-data",
    /^Cannot read columns-snappy.parquet: its footer must be at most \d+ bytes, got 2147483648$/,
  ],
  [
    "a Parquet without rows",
    corpusBytes("broken-no-rows.parquet"),
    "bad-data",
    "Cannot read broken-no-rows.parquet: it must have at least one row, got 0",
  ],
  [
    "a Parquet with a missing score",
    corpusBytes("broken-null.parquet"),
    "bad-data",
    "Cannot read broken-null.parquet: row 1 of column a must have a value, got null",
  ],
  [
    "a Parquet with a missing list",
    corpusBytes("broken-null-list.parquet"),
    "bad-data",
    "Cannot read broken-null-list.parquet: row 1 of column logits must have a value, got null",
  ],
  [
    "a Parquet with a short list",
    corpusBytes("broken-ragged.parquet"),
    "bad-data",
    "Cannot read broken-ragged.parquet: row 1 of column logits must have 2 scores like the first, got 1",
  ],
  [
    "a column of text that is nothing",
    corpusBytes("broken-text-column.parquet"),
    "bad-data",
    "Cannot read broken-text-column.parquet: column note must be numbers, or the label, id or a slice, got text",
  ],
  [
    "two columns that may be the labels",
    corpusBytes("broken-two-labels.parquet"),
    "ambiguous",
    "Cannot read broken-two-labels.parquet: one column must be the labels, got label, y",
  ],
  [
    "two columns of lists",
    corpusBytes("broken-two-lists.parquet"),
    "ambiguous",
    "Cannot read broken-two-lists.parquet: one column of lists must be the scores, got x, z",
  ],
  [
    "a label column that is not there",
    corpusBytes("broken-null.parquet"),
    "bad-argument",
    "Cannot read broken-null.parquet: the label column must be one of a, b, got c",
    { labelsColumn: "c" },
  ],
];

describe("readParquet", () => {
  it.each(casesOf("parquet"))("reads what $file holds: $options", async (expected) => {
    await expectCase(await readParquet(corpusBytes(expected.file), expected.options), expected);
  });

  it.each(refusals)("refuses %s", async (...refusal) => {
    await expectRefused(readParquet, refusal);
  });
});
