import { describe, expect, it } from "vitest";
import type { Flag } from "./command.js";
import { inFlags, parse } from "./parse.js";
import { suggestion } from "./suggest.js";

const flags: Flag[] = [
  { name: "json", type: "boolean", help: "" },
  { name: "labelsColumn", type: "string", help: "" },
  { name: "bins", type: "integer", min: 1, help: "" },
  { name: "temperature", type: "number", min: 0, exclusiveMin: true, help: "" },
  { name: "method", type: "choice", choices: ["temperature", "isotonic"], help: "" },
  { name: "output", short: "o", type: "string", metavar: "OUT", help: "" },
];
const usage = { command: "test", args: [1, 2] as [number, number], usage: "FILE" };

describe("parse", () => {
  it.each([
    ["flags and arguments mix freely", ["--json", "a", "--bins", "10", "b"], ["a", "b"], { json: true, bins: 10 }],
    [
      "= works, and so does the short spelling",
      ["a", "--labels-column=truth", "-o", "x.npz"],
      ["a"],
      { labelsColumn: "truth", output: "x.npz" },
    ],
    ["- is an argument: standard input", ["-"], ["-"], {}],
    ["-- ends the flags", ["--", "--json"], ["--json"], {}],
    ["a row of scores may begin with a minus", ["[-1, 2]"], ["[-1, 2]"], {}],
    [
      "numbers may be written in any way that JavaScript reads",
      ["a", "--temperature", "2.5e-1"],
      ["a"],
      { temperature: 0.25 },
    ],
  ])("%s", (_, argv, args, values) => {
    expect(parse(argv, flags, usage)).toEqual({ args, flags: values });
  });

  it.each([
    [["a", "--bin", "3"], "logits test has no --bin. Did you mean --bins?"],
    [["a", "--lable-column", "x"], "logits test has no --lable-column. Did you mean --labels-column?"],
    [["a", "--frobnicate"], "logits test has no --frobnicate. See logits test --help"],
    [["a", "--bins", "2.5"], "--bins must be an integer ≥ 1, got 2.5"],
    [["a", "--bins", "many"], "--bins must be an integer ≥ 1, got many"],
    [["a", "--temperature", "0"], "--temperature must be a number > 0, got 0"],
    [
      ["a", "--method", "isotonik"],
      "--method must be one of temperature, isotonic, got isotonik. Did you mean isotonic?",
    ],
    [["a", "--labels-column"], "--labels-column needs a value (string)"],
    [["a", "--json=yes"], '--json takes no value, got "yes"'],
    [[], "logits test needs FILE"],
    [["a", "b", "c"], 'logits test takes FILE, got also "c"'],
  ])("%j is refused with the way out", (argv, message) => {
    expect(() => parse(argv, flags, usage)).toThrow(message);
  });
});

describe("a choice", () => {
  const score: Flag[] = [{ name: "score", type: "choice", choices: ["lac", "topK", "top", "to-p"], help: "" }];
  it.each([
    ["top-k", "topK"],
    ["TOPK", "topK"],
    ["LAC", "lac"],
    ["top", "top"],
    ["to-p", "to-p"],
  ])("%s is %s, however words are written", (given, meant) => {
    expect(parse(["a", "--score", given], score, usage).flags["score"]).toBe(meant);
  });

  it("is not guessed where two are written so", () => {
    expect(() => parse(["a", "--score", "To-P"], score, usage)).toThrow("must be one of");
  });
});

describe("inFlags", () => {
  const known = ["positive", "maxFpr", "maxRisk", "minRecall", "minPrecision", "abstain", "delta", "risk", "volume"];
  const typed = (...names: string[]) => ({ args: [], flags: Object.fromEntries(names.map((name) => [name, "x"])) });
  it.each<[string, string[], string]>([
    [
      "positive must be absent with maxRisk, which is about no class, got a",
      ["positive"],
      "--positive must be absent with --max-risk, which is about no class, got a",
    ],
    ["positive must be classes (with, a), got none", [], "--positive must be classes (with, a), got none"],
    [
      "abstain must come with maxFpr or minPrecision, and minRecall, got maxFpr",
      ["abstain", "maxFpr"],
      "--abstain must come with --max-fpr or --min-precision, and --min-recall, got --max-fpr",
    ],
    ["risk must be given with delta, got none", ["delta"], "--risk must be given with --delta, got none"],
    ["there must be positive rows, got 0 positive", ["positive"], "there must be positive rows, got 0 positive"],
    ["volume must be whole, got positive", ["volume", "positive"], "--volume must be whole, got positive"],
    ["delta must be small", ["risk"], "delta must be small"],
  ])("%s", (said, flags, expected) => {
    const asFlags = known.map((name): Flag => ({ name, type: "string", help: "" }));
    expect(inFlags(`Cannot try: ${said}`, typed(...flags), asFlags)).toBe(`Cannot try: ${expected}`);
  });
});

describe("suggestion", () => {
  const known = ["calibrate", "evaluate", "explain", "inspect"];
  it.each([
    ["calibrat", "calibrate"],
    ["evalaute", "evaluate"],
    ["Explain", "explain"],
    ["insp", "inspect"],
    ["frobnicate", undefined],
    ["x", undefined],
  ])("%s → %s", (word, near) => expect(suggestion(word, known)).toBe(near));
});
