import { describe, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { readParquet } from "./parquet.js";

describe("readParquet", () => {
  it.each(casesOf("parquet"))("reads what $file holds: $options", async (expected) => {
    await expectCase(await readParquet(corpusBytes(expected.file), expected.options), expected);
  });
});
