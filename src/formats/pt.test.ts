import { describe, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { readPt } from "./pt.js";

describe("readPt", () => {
  it.each(casesOf("pt").filter(({ file }) => !file.endsWith(".gz")))(
    "reads what $file holds: $options",
    async (expected) => {
      await expectCase(await readPt(corpusBytes(expected.file), expected.options), expected);
    },
  );
});
