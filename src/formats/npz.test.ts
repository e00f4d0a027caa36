import { describe, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { readNpz } from "./npz.js";

describe("readNpz", () => {
  it.each(casesOf("npz").filter(({ file }) => !file.endsWith(".gz")))(
    "reads what $file holds: $options",
    async (expected) => {
      await expectCase(await readNpz(corpusBytes(expected.file), expected.options), expected);
    },
  );
});
