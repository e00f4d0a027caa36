// Numbers that engines' own tests state, with where they stand: see test/golden/sampling/literal.json.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Params } from "../../src/core/index.js";
import { chainOf, type ChainStep, profiles, runChain, samplers, type Step } from "../../src/sample/index.js";
import { type Case, samplerNames, settingsOf } from "./conformance.js";

interface Literal extends Omit<Case, "input" | "logits" | "steps" | "name"> {
  engine: string;
  name?: string;
  where: { line?: number; test?: string };
  input: { probabilities?: number[]; logits?: (number | string)[] | "ln(id)"; constant?: number; vocab?: number };
  expected: {
    byId?: number[];
    probabilities?: number[];
    unnormalised?: number[];
    unnormalisedById?: number[];
    weights?: number[];
    row?: (number | string)[];
    logits?: [number, number | string][];
    order?: number[];
    steps?: { sampler: string; kept: number; lowest: number }[];
    kept?: number;
    keptIds?: number[];
    banned?: number[];
    picked?: number;
    error?: boolean;
  };
  tolerance: number;
}

const file = fileURLToPath(new URL("../golden/sampling/literal.json", import.meta.url));
const { literals } = JSON.parse(readFileSync(file, "utf8")) as { literals: Literal[] };

/** Engines without a profile: what is theirs of rules and order. */
const others: Record<string, { sampler: string; rules?: Params }[]> = {
  "mistral.rs": [
    { sampler: "logitBias" },
    { sampler: "frequencyPresence" },
    { sampler: "repetitionPenalty" },
    { sampler: "temperature" },
    { sampler: "topK" },
    { sampler: "topP" },
    { sampler: "minP", rules: { boundary: "drop" } },
  ],
  candle: [{ sampler: "temperature" }, { sampler: "topK" }, { sampler: "topP", rules: { over: "all" } }],
};

const left: { when: (one: Literal) => boolean; why: string }[] = [
  { when: ({ input }) => input.logits?.length === 0, why: "a row without tokens is refused before any sampler" },
  {
    when: ({ settings }) =>
      [
        "encoderRepetitionPenalty",
        "encoderNoRepeatNgramSize",
        "removeInvalidValues",
        "sustainRange",
        "decayRange",
      ].some((name) => name in settings),
    why: "for encoder–decoder models, NaN let through, or a penalty that fades: not here",
  },
  { when: ({ settings }) => Number(settings["minP"]) > 1, why: "refused here: it keeps the first token alone" },
  {
    when: ({ settings }) => JSON.stringify(settings["logitBias"] ?? "").match(/NaN|"Infinity"/) !== null,
    why: "NaN and +Infinity are errors here",
  },
];

function stepsOf(one: Literal): Step[] {
  const settings = settingsOf(one.engine, one as unknown as Case);
  const own = profiles.find(({ engine }) => engine === one.engine)?.order ?? others[one.engine] ?? [];
  const rulesOf = (name: string): Params => own.find(({ sampler }) => sampler === name)?.rules ?? {};
  const wanted = samplers.filter(({ params }) =>
    params.some(({ name, noop }) => noop !== undefined && name in settings),
  );
  const place = (name: string): number => {
    const at = own.findIndex(({ sampler }) => sampler === name);
    return at < 0 ? -1 : at;
  };
  const order = one.order?.map((name) => samplerNames[name] ?? name);
  const names = order ?? wanted.map(({ name }) => name).sort((a, b) => place(a) - place(b));
  return chainOf(
    samplers,
    names.map((name): ChainStep => {
      const { params } = samplers.find((sampler) => sampler.name === name)!;
      const given = Object.entries(settings).filter(([key]) => params.some((param) => param.name === key));
      return { sampler: name, params: { ...Object.fromEntries(given), ...rulesOf(name) } };
    }),
  );
}

function rowOf({ input }: Literal): Float64Array {
  if (input.probabilities) return Float64Array.from(input.probabilities, Math.log);
  if (input.constant !== undefined) return new Float64Array(input.vocab!).fill(input.constant);
  // Their row of ten thousand, whose probabilities are as 0 : 1 : 2 …
  if (input.logits === "ln(id)") return Float64Array.from({ length: input.vocab! }, (_, id) => Math.log(id));
  return Float64Array.from(input.logits as (number | string)[], Number);
}

function softmax(row: Float64Array): Float64Array {
  const peak = row.reduce((most, score) => Math.max(most, score), -Infinity);
  const p = row.map((score) => Math.exp(score - peak));
  const sum = p.reduce((all, one) => all + one, 0);
  return p.map((one) => one / sum);
}

function check(one: Literal): void {
  const { expected, tolerance } = one;
  const near = (ours: ArrayLike<number>, theirs: readonly (number | string)[]): void => {
    expect(ours.length).toBe(theirs.length);
    for (const [i, value] of theirs.entries()) {
      if (Number.isFinite(Number(value)))
        expect(Math.abs(ours[i]! - Number(value)), `place ${i}`).toBeLessThanOrEqual(tolerance + 1e-12);
      else expect(ours[i]).toBe(Number(value));
    }
  };
  const { prompt, output } = one.history ?? { prompt: [], output: [] };
  const context = {
    history: [...prompt, ...output],
    promptLength: prompt.length,
    dice: () => 0,
    ...(one.eos && { eos: one.eos }),
  };
  const before = rowOf(one);
  if (expected.steps) {
    const seen: { kept: number; lowest: number }[] = [];
    runChain(before, stepsOf(one), context, (_, __, after) => {
      const kept = [...after.keys()].filter((id) => after[id]! > -Infinity);
      seen.push({ kept: kept.length, lowest: kept[0]! });
    });
    expect(seen).toEqual(expected.steps.map(({ kept, lowest }) => ({ kept, lowest })));
    return;
  }
  const row = runChain(before, stepsOf(one), context);
  const p = softmax(row);
  const ids = [...row.keys()].filter((id) => row[id]! > -Infinity);
  const inOrder = <T>(values: ArrayLike<T>): T[] => (expected.order ?? [...row.keys()]).map((id) => values[id]!);
  if (expected.byId) near(p, expected.byId);
  if (expected.weights)
    near(
      inOrder(p).map((one) => one),
      normalised(expected.weights),
    );
  if (expected.row) near(inOrder(row), expected.row);
  if (expected.probabilities)
    near(
      [...p].filter((one) => one > 0).sort((a, b) => b - a),
      expected.probabilities.toSorted((a, b) => b - a),
    );
  if (expected.unnormalised)
    near(
      ids.map((id) => Math.exp(before[id]!)).sort((a, b) => b - a),
      expected.unnormalised.toSorted((a, b) => b - a),
    );
  if (expected.unnormalisedById)
    near(
      row.map((score, id) => (score > -Infinity ? Math.exp(before[id]!) : 0)),
      expected.unnormalisedById,
    );
  if (expected.logits)
    near(
      expected.logits.map(([id]) => row[id]!),
      expected.logits.map(([, value]) => value),
    );
  if (expected.kept !== undefined) expect(ids.length).toBe(expected.kept);
  if (expected.keptIds) expect(ids).toEqual(expected.keptIds);
  if (expected.banned) expect([...row.keys()].filter((id) => row[id] === -Infinity)).toEqual(expected.banned);
  if (expected.picked !== undefined) expect(row.indexOf(Math.max(...row))).toBe(expected.picked);
}

/** Their weights are not always divided by their sum. */
function normalised(weights: readonly number[]): number[] {
  const sum = weights.reduce((all, one) => all + one, 0);
  return weights.map((one) => one / sum);
}

const engines = [...new Set(literals.map(({ engine }) => engine))];

describe.each(engines)("numbers in the tests of %s", (engine) => {
  const ours = literals.filter((one) => one.engine === engine && !left.some(({ when }) => when(one)));
  it.each(
    ours.map((one, i) => [`${i}: ${one.where.line ?? one.where.test} ${JSON.stringify(one.settings)}`, one] as const),
  )("%s", (_, one) => {
    if (one.expected.error) expect(() => check(one)).toThrow();
    else check(one);
  });
});

it("leaves out no more than it says", () => {
  const out = literals.filter((one) => left.some(({ when }) => when(one)));
  expect(out.length).toBeLessThan(0.2 * literals.length);
  expect(left.filter(({ when }) => !literals.some(when))).toEqual([]);
});
