import { describe, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { readArrow } from "./arrow.js";

describe("readArrow", () => {
  it.each(casesOf("arrow"))("reads what $file holds: $options", async (expected) => {
    await expectCase(await readArrow(corpusBytes(expected.file), expected.options), expected);
  });
});
