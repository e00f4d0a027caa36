import { describe, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { expectRefused, type Refusal } from "../../test/support/refusal.js";
import { readPt } from "./pt.js";

const refusals: Refusal[] = [
  [
    "a .pt that would run a command",
    corpusBytes("broken-malicious.pt"),
    "unsupported",
    /^Cannot read broken-malicious.pt: it may hold only tensors, and dictionaries and lists of them, got (posix|os|nt).system$/,
  ],
  [
    "a .pt that holds a module",
    corpusBytes("broken-module.pt"),
    "unsupported",
    "Cannot read broken-module.pt: it may hold only tensors, and dictionaries and lists of them, got torch.nn.modules.linear.Linear",
  ],
  [
    "a .pt of before PyTorch 1.6",
    corpusBytes("broken-legacy.pt"),
    "unsupported",
    "Cannot read broken-legacy.pt: it must be the zip archive that PyTorch writes since 1.6, got an older form",
  ],
  [
    "a plain pickle",
    corpusBytes("broken-plain.pkl"),
    "unsupported",
    "Cannot read broken-plain.pkl: it must be the zip archive that PyTorch writes since 1.6, got an older form",
  ],
  [
    "an npz called .pt",
    corpusBytes("stored.npz"),
    "bad-data",
    "Cannot read stored.npz: it must hold data.pkl, got none",
  ],
];

describe("readPt", () => {
  it.each(casesOf("pt"))("reads what $file holds: $options", async (expected) => {
    await expectCase(await readPt(corpusBytes(expected.file), expected.options), expected);
  });

  it.each(refusals)("refuses %s", async (...refusal) => {
    await expectRefused(readPt, refusal);
  });
});
