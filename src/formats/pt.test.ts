import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { memorySink } from "../../test/support/memorySink.js";
import { expectRefused, type Refusal } from "../../test/support/refusal.js";
import { bytesOf } from "./bytes.js";
import { readPt } from "./pt.js";
import type { Bytes } from "./table.js";
import { ZipWriter } from "./writeZip.js";

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

  it("runs nothing of a pickle that asks for a command to be run", async () => {
    await readPt(corpusBytes("broken-malicious.pt"), {}).catch(() => undefined);
    expect(existsSync("PWNED")).toBe(false);
  });

  const mark = "(";
  it.each([
    ["eval of builtins", "cbuiltins\neval\n(S'1'\ntR."],
    ["getattr of Python 2", "c__builtin__\ngetattr\n(NS'x'\ntR."],
    ["a subclass made by INST", `${mark}ios\nsystem\n.`],
    ["the constructor of a JavaScript function", "cconstructor\nconstructor\n(S'return process'\ntR."],
    ["a name that JavaScript objects inherit", "c__proto__\nconstructor\n."],
    ["an extension code", "\x82\x01."],
    ["a parameter, which torch would rebuild by another function", "ctorch._utils\n_rebuild_parameter\n(NtR."],
  ])("knows no %s", async (_, pickle) => {
    const error = await readPt(await pickled(pickle), {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "LogitsError" });
    expect(String(error)).toMatch(/it may hold only tensors, and dictionaries and lists of them|does not parse/);
  });

  it.each([
    ["calling a storage type", "ctorch\nFloatStorage\n(tR."],
    ["state given to a function", "ccollections\nOrderedDict\n(dS'polluted'\nI1\nsb."],
    ["a key named __proto__", "(dS'__proto__'\n(dS'polluted'\nI1\nss."],
    ["an endless list", "]2a."],
    ["a list that holds itself a hundred times", `]${"2a".repeat(100)}.`],
    ["lists in lists, deeper than a stack", `${"]".repeat(20_000)}${"a".repeat(19_999)}.`],
    ["a storage that is not one", "S'storage'\nQ."],
    ["nothing at all", "."],
  ])("survives %s, and changes no object but its own", async (_, pickle) => {
    await expect(readPt(await pickled(pickle), {})).rejects.toMatchObject({ name: "LogitsError", code: "bad-data" });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

/** An archive as torch.save makes it, with this pickle. */
async function pickled(pickle: string): Promise<Bytes> {
  const sink = memorySink();
  const zip = new ZipWriter(sink);
  const data = Uint8Array.from(pickle, (letter) => letter.charCodeAt(0));
  await zip.add("archive/data.pkl", data.length, [data]);
  await zip.finish();
  return bytesOf(sink.bytes(), "made.pt");
}
