import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { profiles } from "../../src/sample/index.js";
import { type Case, type Golden, judge } from "./conformance.js";

const folder = fileURLToPath(new URL("../golden/sampling/", import.meta.url));
const files = readdirSync(folder).filter((name) => profiles.some(({ engine }) => `${engine}.json` === name));

/** Cases that are not ours to pass, and why. */
const left: { engine?: string; when: (one: Case) => boolean; why: string }[] = [
  { when: (one) => "error" in one, why: "the engine refuses it" },
  { when: (one) => "defect" in one, why: "a defect of the engine, named in the file" },
  {
    when: ({ settings }) =>
      ["temperature", "topNSigma"].some((name) => Number(settings[name]) < 0) ||
      Number(settings["minP"]) > 1 ||
      ["typicalP", "tfs"].some((name) => settings[name] === 0),
    why: "a value that is refused here: it would be off, or keep the first token alone",
  },
  {
    engine: "llama.cpp",
    when: ({ settings, input }) =>
      "row" in input &&
      input.row === "masked" &&
      ["dynatempRange", "typicalP", "xtcThreshold"].some((name) => name in settings),
    why: "it counts masked tokens as candidates: their 0·ln 0 is NaN in the entropy of typical, and they raise ln n of the dynamic temperature",
  },
  {
    engine: "llama.cpp",
    when: ({ name }) => name === "mirostat 1, tau 5.0 eta 0.1, V 1000",
    why: "its k exceeds a C++ int, whose conversion is undefined",
  },
  {
    engine: "llama.cpp",
    when: ({ name }) => name.startsWith("dry on "),
    why: "breakers that are texts need a vocabulary: see generate",
  },
  {
    engine: "koboldcpp",
    when: ({ settings, input }) =>
      ("row" in input ? input.row === "masked" && input.vocab <= 3000 : input.logits.includes("-Infinity")) &&
      ["tfs", "topNSigma", "dynatempRange", "smoothingFactor", "adaptiveTarget"].some((name) => name in settings),
    why: "masked tokens among its 3,000 are candidates: they bend a tail, raise ln n, are NaN in a deviation or a square, and adaptive-p gives them back",
  },
  {
    engine: "transformers.js",
    when: ({ settings }) => Number(settings["temperature"]) < 1e-3,
    why: "what is left is counted by probabilities that are not 0 in f32",
  },
  { when: ({ settings }) => "infill" in settings, why: "it looks at the bytes of tokens: see infill.test.ts" },
  {
    engine: "text-generation-webui",
    when: ({ settings, input }) => "tfs" in settings && "row" in input && input.row === "flat" && input.vocab > 10_000,
    why: "its second differences in f32 are noise on a straight row",
  },
  {
    engine: "exllamav3",
    when: ({ name }) => name === "logitBias, what is dropped",
    why: "NaN and +Infinity are errors here, not dropped",
  },
  {
    when: ({ settings }) =>
      [
        "guidanceScale",
        "encoderRepetitionPenalty",
        "encoderNoRepeatNgramSize",
        "removeInvalidValues",
        "prefixAllowedTokens",
        "renormalize",
      ].some((name) => name in settings),
    why: "for encoder–decoder models, functions of the caller, or adding a constant to a row",
  },
];

const reasonFor = (engine: string, one: Case): string | undefined =>
  left.find((rule) => (rule.engine === undefined || rule.engine === engine) && rule.when(one))?.why;

describe.each(files)("conformance with the engine's own code: %s", (file) => {
  const golden = JSON.parse(readFileSync(folder + file, "utf8")) as Golden;
  const cases = golden.cases.filter((one) => reasonFor(golden.engine, one) === undefined);

  it("names its package, its version and the command that made it", () => {
    for (const name of ["engine", "package", "version", "command"] as const) expect(golden[name], name).toBeTruthy();
  });

  it("agrees in every case", { timeout: 300_000 }, () => {
    const counts = { equal: 0, boundary: 0 };
    const different: string[] = [];
    for (const one of cases) {
      const verdict = judge(golden, one);
      if (verdict.is === "different") different.push(`${one.name}: ${verdict.how}`);
      else counts[verdict.is]++;
    }
    expect(different).toEqual([]);
    // A token at a limit, where f32 sums decide; ollama and web-llm's kernel for a CPU add all in one f32.
    expect(counts.boundary).toBeLessThanOrEqual(
      (["ollama", "web-llm"].includes(golden.engine) ? 0.08 : 0.05) * cases.length,
    );
    expect(counts.equal).toBeGreaterThan(0.9 * cases.length);
  });
});

it("every rule that leaves a case out leaves one out", () => {
  const all = files.map((file) => JSON.parse(readFileSync(folder + file, "utf8")) as Golden);
  const idle = left.filter(
    ({ engine, when }) => !all.some((golden) => (!engine || golden.engine === engine) && golden.cases.some(when)),
  );
  expect(idle.map(({ why }) => why)).toEqual([]);
});

it("a profile says that it is verified exactly where its vectors are", () => {
  const claimed = profiles.filter(({ verified }) => verified).map(({ engine }) => `${engine}.json`);
  expect(claimed.toSorted()).toEqual(
    profiles
      .map(({ engine }) => `${engine}.json`)
      .filter((name) => existsSync(folder + name))
      .toSorted(),
  );
});
