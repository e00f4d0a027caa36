import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { profiles } from "../../src/sample/index.js";
import { logits, spawned } from "../support/commandLine.js";

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-sample-"));
  writeFileSync(at("rows.jsonl"), "[3,2,1,0]\n[0,0,5,0]\n[1,1,1,1]\n");
  writeFileSync(at("named.csv"), "id,the,a,an\nfirst,3,2,1\nsecond,0,1,4\n");
  writeFileSync(at("one.jsonl"), "[1,2]\n");
  writeFileSync(at("vector.npy"), npy("(4,)", [3, 2, 1, 0]));
  writeFileSync(at("hole.npy"), npy("(2, 2)", [3, 2, 1, NaN]));
  writeFileSync(at("chain.json"), '[{"sampler":"topK","params":{"topK":1}}]');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const row = "[3, 2, 1, 0]";

/** An array of f32, as numpy writes it. */
function npy(shape: string, values: number[]): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  const text = header.padEnd(117) + "\n";
  const data = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => data.setFloat32(4 * i, value, true));
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00v\x00" + text, "latin1"), Buffer.from(data.buffer)]);
}

async function document(...argv: string[]): Promise<Record<string, any>> {
  const { status, out, err } = await logits("sample", ...argv, "--json");
  expect({ status, err }).toEqual({ status: 0, err: "" });
  return JSON.parse(out);
}

describe("logits sample", () => {
  it("an array of one dimension is one row of scores", async () => {
    for (const argv of [[], ["--row", "0"], ["--kind", "logits"]])
      expect(await document(at("vector.npy"), ...argv, "--top", "1")).toMatchObject({
        kept: 4,
        top: [{ id: 0, p: expect.closeTo(Math.exp(3) / (Math.exp(3) + Math.exp(2) + Math.E + 1), 12) }],
      });
    const { status, err } = await logits("sample", at("vector.npy"), "--row", "1");
    expect([status, err]).toEqual([3, expect.stringContaining("the file must have row 1, counted from 0, got 1 row")]);
    const binary = await document(at("vector.npy"), "--row", "0", "--kind", "binary-logits");
    expect(binary).toMatchObject({ kept: 2, top: [{ id: 1, p: expect.closeTo(1 / (1 + Math.exp(-3)), 12) }, {}] });
  });

  it.each<[string[], number, string]>([
    [["--row", "1"], 3, "Cannot use row 1, column 1: a score must be finite or -Infinity, got NaN"],
    [["--row", "0"], 0, "Drawn"],
  ])("a NaN is named with its row and column, and another row can be drawn from: %j", async (argv, status, said) => {
    const ended = await logits("sample", at("hole.npy"), "--kind", "logits", ...argv);
    expect(ended.status).toBe(status);
    expect(ended.err + ended.out).toContain(said);
  });

  it("a row that is written out is row 0, and has no other", async () => {
    expect((await document(row, "--row", "0")).kept).toBe(4);
    const { status, err } = await logits("sample", row, "--row", "1");
    expect([status, err]).toEqual([3, expect.stringContaining("must be row 0, got 1")]);
  });

  it("draws from a row that is written out, and says from what", async () => {
    expect(await document(row, "--top-k", "2", "--seed", "7")).toEqual({
      token: expect.any(Number),
      logprob: expect.any(Number),
      seed: 7,
      sequence: 0,
      step: 0,
      kept: 2,
      top: [
        { id: 0, p: expect.closeTo(1 / (1 + Math.exp(-1)), 12) },
        { id: 1, p: expect.closeTo(1 / (1 + Math.E), 12) },
      ],
      chain: [{ sampler: "topK", params: { topK: 2, ties: "exact" } }],
    });
  });

  it("takes a row of a file by its number or its id, and names tokens by its columns", async () => {
    expect((await document(at("rows.jsonl"), "--kind", "logits", "--row", "1", "--temperature", "0")).token).toBe(2);
    const second = await document(at("named.csv"), "--kind", "logits", "--id", "second", "--temperature", "0");
    expect([second["token"], second["text"], second["top"]]).toEqual([2, "an", [{ id: 2, text: "an", p: 1 }]]);
  });

  it("takes the only row of a file without being told which", async () => {
    expect((await document(at("one.jsonl"), "--kind", "logits", "--top-k", "1")).token).toBe(1);
  });

  it("reads a row from standard input", () => {
    const { status, out, err } = spawned(
      "[0, 9, 0]\n",
      "sample",
      "-",
      "--kind",
      "logits",
      "--row",
      "0",
      "--top-k",
      "1",
      "--json",
    );
    expect({ status, err, token: JSON.parse(out).token }).toEqual({ status: 0, err: "", token: 1 });
  });

  it("traces each sampler under the names that are promised", async () => {
    const { trace } = await document(row, "--temperature", "2", "--top-p", "0.7", "--trace");
    expect(trace.map((step: { sampler: string }) => step.sampler)).toEqual(["temperature", "topP"]);
    expect(Object.keys(trace[1])).toEqual([
      "sampler",
      "params",
      "before",
      "after",
      "massRemoved",
      "entropyBefore",
      "entropyAfter",
      "kl",
      "removed",
      "removedCount",
    ]);
    expect(trace[1].removed).toHaveLength(trace[1].removedCount);
  });

  it("makes the same again from what it printed", async () => {
    const flags = [
      "--temperature",
      "1.3",
      "--top-p",
      "0.9",
      "--xtc-probability",
      "0.5",
      "--xtc-threshold",
      "0.1",
      "--trace",
    ];
    for (const seed of ["1", "2", "3"]) {
      const first = await logits("sample", row, ...flags, "--seed", seed, "--json");
      writeFileSync(at("saved.json"), first.out);
      const again = await logits("sample", row, "--chain", at("saved.json"), "--seed", seed, "--trace", "--json");
      expect(again).toEqual(first);
    }
  });

  it("runs a chain from a list", async () => {
    expect((await document(row, "--chain", at("chain.json"))).kept).toBe(1);
  });

  it("writes a waterfall for a person", async () => {
    const { out } = await logits("sample", row, "--temperature", "2", "--top-k", "3", "--trace", "--why", "3");
    expect(out).toBe(
      [
        "               left  removed  mass removed  entropy     KL",
        "the scores        4                           0.948",
        "temperature 2     4                           1.245  0.111",
        "topK 3            3       −1        10.2 %    1.020  0.107",
        "",
        "First to go at topK: token 3, 10.2 %: it is number 4 and 3 are kept",
        "",
        "Drawn: token 1, 30.7 % (ln p -1.1803), seed 0",
        "Kept: 3 of 4 tokens",
        "  0     50.6 %  ████████████████████████",
        "  1     30.7 %  ███████████████",
        "  2     18.6 %  █████████",
        "",
        "Token 3 fell at topK: it is number 4 and 3 are kept; it had 10.2 % until then.",
        "",
      ].join("\n"),
    );
  });

  it("fills in the middle by the names of the classes, and says what merged", async () => {
    const argv = ["[2,2.1,1,-6]", "--classes", "a,ab,c,END", "--eos", "3", "--infill", "--why", "0"];
    const { out } = await logits("sample", ...argv);
    expect(out).toContain("Kept: 2 of 4 tokens");
    expect(out).toContain(
      'Token 0 ("a") fell at infill: it and token 1 begin alike, and that has 44.7 % where it has 40.4 %; it had 40.4 % until then.',
    );
    const { status, err } = await logits("sample", "[2,1]", "--infill");
    expect([status, err]).toEqual([
      2,
      "logits sample: Cannot fill in: context.bytesOf must give the bytes of a token, got none\n  Names of the classes are their bytes: --classes A,B,…\n",
    ]);
  });

  it("says of a ban what it forbids", async () => {
    const { out } = await logits("sample", "[1,2,3]", "--history", "1", "--bad-words", "1 2", "--why", "2");
    expect(out).toContain("Token 2 was banned by bad words: it would complete 1 2, which is forbidden; it had 66.5 %");
  });

  it.each(profiles.map(({ engine }) => engine))("samples as %s", async (engine) => {
    const argv = ["--profile", engine, "--top-k", "2", "--top-p", "0.6", "--temperature", "1", "--json"];
    const { status, out } = await logits("sample", row, ...argv);
    const { kept, chain } = JSON.parse(out);
    expect(status).toBe(0);
    expect(kept).toBeGreaterThan(0);
    expect(chain.length).toBeGreaterThan(0);
  });

  it.each([
    ["transformers.js", "--top-p", "0.5", "topP: ignored by transformers.js 4.3.1: read and never applied"],
    ["vllm", "--temperature", "1e-6", "temperature: vllm 0.33.0 takes 0 instead"],
    ["openai", "--mirostat", "2", "mirostat: not used: openai API reference, 2026 has no such sampler in this chain"],
  ])("says aside what %s does not do as it is told", async (engine, flag, value, message) => {
    const { status, out, err } = await logits("sample", row, "--profile", engine, flag, value, "--json");
    expect([status, err]).toEqual([0, `logits: ${message}\n`]);
    const { token, top, kept } = JSON.parse(out) as { token: number; kept: number; top: { id: number }[] };
    expect(top.map(({ id }) => id)).toContain(token);
    expect(top).toHaveLength(Math.min(20, kept));
  });

  it("sweeps a setting", async () => {
    const { sweep, rows } = await document(row, "--sweep", "top-k=1,2,4", "--top", "1");
    expect(sweep).toBe("topK");
    expect(rows.map((one: { value: number; kept: number }) => [one.value, one.kept])).toEqual([
      [1, 1],
      [2, 2],
      [4, 4],
    ]);
    expect(Object.keys(rows[0])).toEqual(["value", "kept", "entropy", "top"]);
    const { out } = await logits("sample", row, "--sweep", "temperature=0.5,2", "--top-k", "3");
    expect(out.split("\n")[0]).toBe(
      "temperature 0.5    kept       3   entropy 0.441 nats   0 86.7 %   1 11.7 %   2 1.59 %",
    );
  });

  it("compares engines, the one that was named first", async () => {
    const { engines, distances } = await document(
      row,
      "--compare",
      "--top-k",
      "2",
      "--top-p",
      "0.6",
      "--profile",
      "sglang",
    );
    expect(engines).toHaveLength(profiles.length);
    expect(engines[0].engine).toBe("sglang");
    expect(distances).toHaveLength((profiles.length * (profiles.length - 1)) / 2);
    const { out } = await logits("sample", row, "--compare", "--top-k", "2");
    expect(out).toContain("apart from llama.cpp");
  });

  it("lints a profile", async () => {
    const { engine, remarks } = await document(row, "--profile", "transformers.js", "--top-p", "0.9", "--lint");
    expect(engine).toBe("transformers.js");
    expect(remarks[0]).toEqual({
      setting: "topP",
      message: "topP: ignored by transformers.js 4.3.1: read and never applied",
    });
    const { out } = await logits("sample", row, "--profile", "sglang", "--lint");
    expect(out).toBe("Nothing to remark.\n");
  });

  it("counts tokens before this one for penalties", async () => {
    const { top } = await document(
      row,
      "--presence-penalty",
      "5",
      "--history",
      "0,0,1",
      "--prompt-length",
      "2",
      "--penalty-over",
      "output",
    );
    expect(top.map(({ id }: { id: number }) => id)).toEqual([0, 2, 3, 1]);
  });

  it("reads −Infinity as a person writes it", async () => {
    for (const written of ["[1, -Infinity]", '[1, "-Infinity"]', "[1, -inf]"])
      expect((await document(written)).kept).toBe(1);
  });

  it("has a help in which flags stand under headings, the usual ones first", async () => {
    const { out } = await logits("sample", "--help");
    const headings = [...out.matchAll(/^(\S.*):$/gm)].map((match) => match[1]);
    expect(headings).toEqual([
      "Which row, and which draw",
      "The usual samplers",
      "Other samplers that cut or reshape",
      "Penalties, bans and lengths",
      "Rules on which engines differ",
      "As an engine does",
      "What came before, and beside",
      "What to show",
      "How to read FILE",
      "Examples",
    ]);
    expect(out).not.toMatch(/default ;|default \)/);
    expect(
      Math.max(
        ...out
          .split("\n")
          .filter((line) => !line.startsWith("  logits "))
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(90);
  });
});
