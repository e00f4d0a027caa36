import { describe, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { readNpy } from "./npy.js";

describe("readNpy", () => {
  it.each(casesOf("npy").filter(({ file }) => !file.endsWith(".gz")))(
    "reads what $file holds: $options",
    async (expected) => {
      await expectCase(await readNpy(corpusBytes(expected.file), expected.options), expected);
    },
  );
});
