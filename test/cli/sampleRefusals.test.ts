import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logits } from "../support/commandLine.js";

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-sample-"));
  writeFileSync(at("rows.jsonl"), "[3,2,1,0]\n[0,0,5,0]\n[1,1,1,1]\n");
  writeFileSync(at("chain.json"), '[{"sampler":"topK","params":{"topK":1}}]');
  writeFileSync(at("broken.json"), "[{");
  writeFileSync(at("nothing.json"), '{"seed":1}');
  writeFileSync(at("unknown.json"), '[{"sampler":"topZ"}]');
  writeFileSync(at("range.json"), '[{"sampler":"topK","params":{"topK":-2}}]');
  writeFileSync(at("null.json"), "[null]");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const row = "[3, 2, 1, 0]";

describe("logits sample refuses", () => {
  it.each<[string[], number, string]>([
    [[], 2, "logits sample needs FILE | '[3.1, 2.9, -1]'"],
    [[row, "--tempreature", "1"], 2, "logits sample has no --tempreature. Did you mean --temperature?"],
    [[row, "--temperature", "-1"], 2, "logits: --temperature must be a number ≥ 0, got -1"],
    [[row, "--temperature", "Infinity"], 2, "logits: --temperature must be a number ≥ 0, got Infinity"],
    [[row, "--top-p", "2"], 2, "logits: --top-p must be a number in [0, 1], got 2"],
    [[row, "--seed", "-1"], 2, "logits: --seed must be an integer in [0, 4294967295], got -1"],
    [[row, "--sequence", "4294967296"], 2, "logits: --sequence must be an integer in [0, 4294967295], got 4294967296"],
    [
      [row, "--profile", "llamacpp"],
      2,
      "logits: --profile must be one of llama.cpp, transformers, vllm, sglang, mlx-lm, exllamav3, ollama, koboldcpp, text-generation-webui, transformers.js, web-llm, openai, got llamacpp. Did you mean llama.cpp?",
    ],
    [
      [row, "--ties", "keep"],
      2,
      "logits: --ties changes nothing alone: it is for topK, topP, typical, epsilonCutoff, etaCutoff, xtc, and none is on",
    ],
    [[row, "--temperature-last"], 2, "logits: --temperature-last needs --profile exllamav3 or text-generation-webui"],
    [
      [row, "--temperature-last", "--profile", "vllm"],
      2,
      "logits: --temperature-last needs --profile exllamav3 or text-generation-webui",
    ],
    [[row, "--lint"], 2, "logits: --lint needs --profile: which engine is meant?"],
    [[row, "--sweep", "temperature"], 2, "logits: --sweep: it must be SETTING=A,B,C with numbers, got temperature"],
    [
      [row, "--sweep", "temperature=1,,2"],
      2,
      "logits: --sweep: it must be SETTING=A,B,C with numbers, got temperature=1,,2",
    ],
    [
      [row, "--sweep", "temp=1,2", "--profile", "vllm"],
      2,
      "logits: --sweep: there is no setting temp with numbers. Did you mean temperature?",
    ],
    [[row, "--sweep", "ties=1,2"], 2, "logits: --sweep: there is no setting ties with numbers. See --help"],
    [[row, "--sweep", "top-p=0.5,1.5"], 2, "logits: --sweep: top-p must be a number in [0, 1], got 1.5"],
    [[row, "--sweep", "topK=1.5"], 2, "logits: --sweep: topK must be an integer ≥ -1, got 1.5"],
    [[row, "--top-k", "-2"], 2, "logits: --top-k must be an integer ≥ -1, got -2"],
    [[row, "--top-k=many"], 2, "logits: --top-k must be an integer ≥ -1, got many"],
    [[row, "--bad-words", "a"], 2, 'logits sample: Cannot sample: --bad-words must name tokens by ids ≥ 0, got "a"'],
    [[row, "--sweep", "top-k=1", "--compare"], 2, "logits: --sweep and --compare do not go together: give one"],
    [
      [row, "--history", "0,,1", "--presence-penalty", "1"],
      2,
      'logits: --history: ids must be integers in [0, 3], got ""',
    ],
    [[row, "--history", "4"], 2, 'logits: --history: ids must be integers in [0, 3], got "4"'],
    [
      [row, "--prompt-length", "1"],
      2,
      "logits: --prompt-length: it must be an integer in [0, 0], the tokens of --history, got 1",
    ],
    [[row, "--why", "4"], 2, "logits sample: Cannot explain token 4: it must be in [0, 3], got 4"],
    [
      [row, "--logit-bias", "1"],
      2,
      'logits sample: Cannot sample: --logit-bias must be ids and a number or -Infinity with a colon between, got "1"',
    ],
    [
      ["[0.5, 0.5]", "--kind", "probs", "--repetition-penalty", "2"],
      2,
      "logits sample: Cannot run repetitionPenalty: the scores must be raw logits, whose size and sign it goes by, got probs",
    ],
    [["[1, NaN]"], 3, "logits sample: Cannot sample: the score of token 1 must be finite or -Infinity, got NaN"],
    [
      ["[1, Infinity]"],
      3,
      "logits sample: Cannot sample: the score of token 1 must be finite or -Infinity, got Infinity",
    ],
    [["[-Infinity]"], 3, "logits sample: Cannot sample: at least one token must not be removed, got only -Infinity"],
    [
      [row, "--allowed-tokens", "9"],
      3,
      "logits sample: Cannot sample: --allowed-tokens must leave a token, got none left of 4",
    ],
    [
      [row, "--classes", "a,b"],
      3,
      "logits sample: Cannot sample this row: there must be one class name a score (4), got 2",
    ],
  ])("%j ends with %i and one line", async (argv, status, line) => {
    expect(await logits("sample", ...argv)).toEqual({ status, out: "", err: `${line}\n` });
  });

  it.each<[string, string[], number, RegExp]>([
    ["a file that there is not", ["none.jsonl", "--row", "0"], 3, /there is no such file/],
    [
      "a row that there is not",
      ["rows.jsonl", "--kind", "logits", "--row", "9"],
      3,
      /the file must have row 9, counted from 0, got \d rows/,
    ],
    ["no row of several", ["rows.jsonl", "--kind", "logits"], 2, /needs --row N or --id ID/],
  ])("%s ends with %3$i", async (_, [name, ...flags], status, message) => {
    const ended = await logits("sample", at(name!), ...flags);
    expect([ended.status, ended.out]).toEqual([status, ""]);
    expect(ended.err).toMatch(message);
  });

  it.each<[string, number, RegExp]>([
    ["broken.json", 3, /it must be a chain in JSON, got /],
    ["missing.json", 3, /it must be a chain in JSON, got ENOENT/],
    ["nothing.json", 3, /a chain must be a list of \{sampler, params\}, got object/],
    ["unknown.json", 3, /a sampler must be one of .*, got topZ/],
    ["range.json", 3, /topK must be an integer ≥ -1, got -2/],
    ["null.json", 3, /a step must be \{"sampler": NAME, "params": \{…\}\}, got null/],
  ])("--chain %s ends with %i and one line that names the file", async (name, status, message) => {
    const ended = await logits("sample", row, "--chain", at(name));
    expect([ended.status, ended.out, ended.err.trimEnd().includes("\n")]).toEqual([status, "", false]);
    expect(ended.err).toMatch(message);
    expect(ended.err).toContain(`Cannot read ${at(name)}: `);
  });

  it.each([
    ["--top-k", "2", "logits: --chain and --top-k both say how to sample: give one"],
    ["--profile", "vllm", "logits: --chain and --profile both say how to sample: give one"],
    ["--sweep", "top-k=1,2", "logits: --sweep needs settings, not --chain: give them as flags"],
  ])("--chain beside %s is refused", async (flag, value, line) => {
    expect(await logits("sample", row, "--chain", at("chain.json"), flag, value)).toEqual({
      status: 2,
      out: "",
      err: `${line}\n`,
    });
  });
});
