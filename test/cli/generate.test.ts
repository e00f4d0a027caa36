import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logits } from "../support/commandLine.js";

const tokenizer = fileURLToPath(new URL("../../data/model/tokenizer.json", import.meta.url));
let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-generate-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const prompt = "It is a truth";
const some = ["--prompt", prompt, "--max-tokens", "8", "--temperature", "0.8", "--top-p", "0.95", "--seed", "7"];
async function document(...argv: string[]): Promise<Record<string, any>> {
  const { status, out, err } = await logits("generate", ...argv, "--json");
  expect({ status, err }).toEqual({ status: 0, err: "" });
  return JSON.parse(out);
}

describe("logits generate on the built-in model", () => {
  it("prints the promised fields", async () => {
    const { text, tokens, model, seed, stopped, chain } = await document(...some);
    expect(tokens).toHaveLength(8);
    expect(text).toBe(tokens.map((token: { text: string }) => token.text).join(""));
    for (const token of tokens) {
      expect(Object.keys(token)).toEqual(["id", "text", "logprob", "kept"]);
      expect(token.logprob).toBeLessThanOrEqual(0);
      expect(token.kept).toBeGreaterThan(0);
    }
    expect([model, seed, stopped]).toEqual(["model.gguf", 7, "length"]);
    expect(chain.map((step: { sampler: string }) => step.sampler)).toEqual(["temperature", "topP"]);
  });

  it("streams the text, and tells the rest aside", async () => {
    const { text } = await document(...some);
    expect(await logits("generate", ...some)).toEqual({
      status: 0,
      out: `${text}\n`,
      err: "8 tokens of model.gguf, seed 7; ended by length\n",
    });
  });

  it("writes the same text for the same seed, another for another", async () => {
    const texts = await Promise.all(
      [some, some, [...some.slice(0, -1), "8"], [...some, "--sequence", "1"]].map(
        async (argv) => (await document(...argv)).text,
      ),
    );
    expect(texts[1]).toBe(texts[0]);
    expect(new Set(texts).size).toBe(3);
  });

  it("takes the most probable token at temperature 0, whatever the seed", async () => {
    const greedy = ["--prompt", prompt, "--max-tokens", "4", "--temperature", "0", "--top", "3"];
    const [one, two] = [await document(...greedy), await document(...greedy, "--seed", "99")];
    expect(two.tokens).toEqual(one.tokens);
    for (const { logprob, kept, top, id } of one.tokens) expect([logprob, kept, top]).toEqual([0, 1, [{ id, p: 1 }]]);
  });

  it("lists and traces each step", async () => {
    const { tokens } = await document(...some, "--trace", "--top", "2");
    for (const { trace, top, kept } of tokens) {
      expect(trace.map((step: { sampler: string }) => step.sampler)).toEqual(["temperature", "topP"]);
      expect([trace[1].after, top.length]).toEqual([kept, Math.min(2, kept)]);
    }
    const { out } = await logits("generate", ...some, "--trace");
    expect(out).toMatch(/^step 7: \d+ ".*", [\d.]+ % of [\d,]+ kept$/m);
    expect(out).toMatch(/^ {2}temperature 0\.8 /m);
  });

  it("ends at a stop text, and leaves it out", async () => {
    const { text, tokens } = await document(...some);
    const stop = text.slice(9, 14);
    const cut = await document(...some, "--stop", stop);
    expect([cut.text, cut.stopped]).toEqual([text.slice(0, text.indexOf(stop)), "stop"]);
    expect(cut.tokens.length).toBeLessThanOrEqual(tokens.length);
  });

  it("samples as an engine, and from a chain that it printed itself", async () => {
    const engine = ["--prompt", prompt, "--max-tokens", "6", "--seed", "3"];
    const first = await logits("generate", ...engine, "--profile", "llama.cpp", "--json");
    writeFileSync(at("text.json"), first.out);
    expect(await logits("generate", ...engine, "--chain", at("text.json"), "--json")).toEqual(first);
  });

  it("sweeps a setting", async () => {
    const { sweep, rows, model } = await document(
      "--prompt",
      prompt,
      "--max-tokens",
      "5",
      "--sweep",
      "temperature=0,1.2",
    );
    expect([sweep, model]).toEqual(["temperature", "model.gguf"]);
    expect(rows.map((row: { value: number }) => row.value)).toEqual([0, 1.2]);
    expect(Object.keys(rows[0])).toEqual(["value", "text", "distinct", "stopped"]);
    const { out } = await logits("generate", "--prompt", prompt, "--max-tokens", "5", "--sweep", "temperature=0,1.2");
    expect(out).toContain("temperature 1.2: distinct sequences of 1, 2, 3 tokens");
  });

  const recorded = (...argv: string[]): string[] => ["--model", at("text.npz"), "--tokenizer", tokenizer, ...argv];

  it.each<[string, string[]]>([
    ["ended by its length", some],
    [
      "ended by an end of the text",
      ["--prompt", prompt, "--logit-bias", "50256:11", "--seed", "5", "--max-tokens", "60"],
    ],
    ["ended by a stop text", [...some, "--stop", " the"]],
    ["that remembers", [...some, "--mirostat", "2"]],
  ])("replays from a recording to its end: a text %s", async (_, argv) => {
    const original = await document(...argv, "--record", at("text.npz"));
    const replayed = await document(...recorded(...argv));
    expect(replayed.text).toBe(original.text);
    expect([replayed.tokens.length, replayed.stopped]).toEqual([original.tokens.length, original.stopped]);
    for (const [i, token] of replayed.tokens.entries()) {
      expect(token.id).toBe(original.tokens[i].id);
      // Half precision: 2⁻¹¹ of a score.
      expect(Math.abs(token.logprob - original.tokens[i].logprob)).toBeLessThan(0.03);
    }
    // Of the same numbers everything is the same.
    expect(await document(...recorded(...argv))).toEqual(replayed);
  });

  it("ended by an end of the text where that is so", async () => {
    const { stopped, tokens } = await document(
      "--prompt",
      prompt,
      "--logit-bias",
      "50256:11",
      "--seed",
      "5",
      "--max-tokens",
      "60",
    );
    expect(stopped).toBe("eos");
    expect(tokens.map((token: { id: number }) => token.id)).not.toContain(50256);
  });

  it.each<[string[], number, string]>([
    [[], 2, "logits generate needs --prompt TEXT"],
    [["text"], 2, 'logits generate takes no argument, got also "text"'],
    [["--prompt", prompt, "--max-tokens", "0"], 2, "logits: --max-tokens must be an integer ≥ 1, got 0"],
    [["--prompt", prompt, "--top-k", "x"], 2, "logits: --top-k must be an integer ≥ -1, got x"],
    [
      ["--prompt", prompt, "--record", "x.npz", "--sweep", "top-k=1"],
      2,
      "logits: --record and --sweep do not go together: a record is of one text",
    ],
    [
      ["--prompt", prompt, "--ties", "keep"],
      2,
      "logits: --ties changes nothing alone: it is for topK, topP, typical, epsilonCutoff, etaCutoff, xtc, and none is on",
    ],
    [
      ["--prompt", prompt, "--allowed-tokens", "99999"],
      3,
      "logits generate: Cannot sample: --allowed-tokens must leave a token, got none left of 50257",
    ],
  ])("%j ends with %i and one line", async (argv, status, line) => {
    expect(await logits("generate", ...argv)).toEqual({ status, out: "", err: `${line}\n` });
  });

  it("says that a model is not there", async () => {
    const { status, err } = await logits("generate", "--prompt", prompt, "--model", at("none.gguf"));
    expect([status, err.split("\n")[0]]).toEqual([
      3,
      `logits generate: Cannot open ${at("none.gguf")}: there is no such file`,
    ]);
  });

  it("leaves no file where a text could not be written", async () => {
    const { status } = await logits(
      "generate",
      "--prompt",
      prompt,
      "--allowed-tokens",
      "99999",
      "--record",
      at("none.npz"),
    );
    expect([status, existsSync(at("none.npz"))]).toEqual([3, false]);
  });
});
