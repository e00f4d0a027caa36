import { describe, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { readSafetensors } from "./safetensors.js";

describe("readSafetensors", () => {
  it.each(casesOf("safetensors").filter(({ file }) => !file.endsWith(".gz")))(
    "reads what $file holds: $options",
    async (expected) => {
      await expectCase(await readSafetensors(corpusBytes(expected.file), expected.options), expected);
    },
  );
});
