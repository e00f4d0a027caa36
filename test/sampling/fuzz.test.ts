// Chains of any samplers with any values, on rows of any numbers: a row comes out, or an error that says why none does.
import fc from "fast-check";
import { chainOf, type ChainStep, runChain, sample, samplers, tracer } from "logits/sample";
import { describe, expect, it } from "vitest";
import { heldElsewhere } from "../support/samplerCases.js";
import { checkParams, LogitsError, type Param, type Params, type Sampler } from "../../src/core/index.js";

/** Samplers that need nothing but a row and what came before. */
const alone = samplers.filter(({ name }) => !heldElsewhere.includes(name));

const ids = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 });
const texts: Record<string, fc.Arbitrary<string>> = {
  logitBias: fc
    .array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom("-Infinity", "2.5", "-100", "1e308")), {
      maxLength: 3,
    })
    .map((pairs) => pairs.map((pair) => pair.join(":")).join(",")),
  sequenceBias: fc
    .array(fc.tuple(ids, fc.constantFrom("-Infinity", "2.5")), { maxLength: 2 })
    .map((pairs) => pairs.map(([sequence, bias]) => `${sequence.join(" ")}:${bias}`).join(";")),
  badWords: fc.array(ids, { maxLength: 2 }).map((words) => words.map((word) => word.join(" ")).join(";")),
  dryBreakers: fc.array(ids, { maxLength: 2 }).map((words) => words.map((word) => word.join(" ")).join(";")),
  reasoningStart: ids.map((word) => word.join(" ")),
  reasoningEnd: ids.map((word) => word.join(" ")),
};

function valueOf({
  name,
  type,
  choices,
  min,
  max,
  exclusiveMin,
  exclusiveMax,
  noop,
}: Param): fc.Arbitrary<Params[string]> {
  if (type === "choice") return fc.constantFrom(...choices!);
  if (type === "boolean") return fc.boolean();
  if (type === "string") return texts[name] ?? ids.map((list) => list.join(","));
  const low = min ?? -1e3;
  const numbers =
    type === "integer"
      ? fc.oneof(
          fc.integer({ min: low, max: Math.min(max ?? Infinity, low + 12) }),
          fc.integer({ min: low, max: Math.min(max ?? Infinity, 2 ** 31 - 1) }),
        )
      : fc.double({
          min: low,
          max: max ?? 1e6,
          noNaN: true,
          minExcluded: exclusiveMin ?? false,
          maxExcluded: exclusiveMax ?? false,
        });
  const edges = [min, max, noop].filter(
    (edge): edge is number =>
      typeof edge === "number" && !(exclusiveMin && edge === min) && !(exclusiveMax && edge === max),
  );
  return edges.length > 0 ? fc.oneof({ weight: 4, arbitrary: numbers }, fc.constantFrom(...edges)) : numbers;
}

const stepOf = (sampler: Sampler): fc.Arbitrary<ChainStep> =>
  fc
    .record(Object.fromEntries(sampler.params.map((param) => [param.name, valueOf(param)])), { requiredKeys: [] })
    .map((params) => ({ sampler: sampler.name, params: params as Params }));

const score = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -20, max: 20 }).map((z) => z / 2) },
  { weight: 2, arbitrary: fc.double({ min: -30, max: 30, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(-Infinity, -1e9, -65504, 1e300, -1e300, 1e-300, 0, -0) },
);
const scene = fc.record({
  row: fc.array(score, { minLength: 1, maxLength: 24 }),
  steps: fc.array(fc.constantFrom(...alone).chain(stepOf), { maxLength: 5 }),
  history: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }),
  eos: fc.constantFrom([], [1], [0, 3]),
  dice: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe("any chain on any row", () => {
  it("gives a row, or says why it does not, and a trace changes nothing", { timeout: 120_000 }, () => {
    const counts = { rows: 0, errors: 0 };
    fc.assert(
      fc.property(scene, ({ row, steps, history, eos, dice }) => {
        const scores = Float64Array.from(row);
        const chain = chainOf(samplers, steps);
        const context = { history, promptLength: Math.min(history.length, 2), eos, dice: () => dice, state: {} };
        let plain: Float64Array;
        try {
          plain = runChain(scores, chain, context);
        } catch (error) {
          expect(LogitsError.isInstance(error), String(error)).toBe(true);
          expect((error as Error).message).toMatch(/^Cannot .+: .+, got .+$/s);
          counts.errors++;
          return;
        }
        counts.rows++;
        expect([...scores]).toEqual(row);
        expect(plain.some((z) => z > -Infinity)).toBe(true);
        expect(
          plain.every((z) => z < Infinity),
          `${[...plain]}`,
        ).toBe(true);
        const { watch, trace } = tracer(scores);
        expect(runChain(scores, chain, context, watch)).toEqual(plain);
        for (const step of trace.steps) {
          for (const value of [step.massRemoved, step.entropyBefore, step.entropyAfter])
            expect(Number.isFinite(value), step.sampler).toBe(true);
          expect(step.kl, step.sampler).toBeGreaterThanOrEqual(0);
          expect(step.massRemoved).toBeLessThanOrEqual(1 + 1e-12);
        }
        for (let id = 0; id < row.length; id++) {
          const why = trace.whyNot(id);
          expect(why === undefined).toBe(plain[id]! > -Infinity);
          expect(why?.reason?.text ?? "").not.toMatch(/NaN|undefined/);
        }
        const drawn = sample(scores, { chain, context, seed: 1, top: 30 });
        expect(Number.isFinite(drawn.logprob)).toBe(true);
        expect(drawn.top.reduce((sum, { p }) => sum + p, 0)).toBeCloseTo(1, 9);
      }),
      { numRuns: 6000, seed: 20 },
    );
    // Bans of a row this short often leave nothing; most chains do not.
    expect(counts.rows).toBeGreaterThan(counts.errors);
  });

  it.each(alone.map((sampler) => [sampler.name, sampler] as const))(
    "%s with any values gives a row that its own JSON gives again",
    (_, sampler) => {
      fc.assert(
        fc.property(
          fc.array(score, { minLength: 1, maxLength: 24 }),
          stepOf(sampler),
          fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }),
          (row, { params }, history) => {
            const scores = Float64Array.from(row);
            const context = { history, promptLength: 0, eos: [1], dice: () => 0.25, state: {} };
            try {
              const after = sampler.apply(scores, params, context);
              expect(sampler.apply(scores, JSON.parse(JSON.stringify(checkParams(sampler, params))), context)).toEqual(
                after,
              );
            } catch (error) {
              expect(LogitsError.isInstance(error), String(error)).toBe(true);
            }
          },
        ),
        { numRuns: 300, seed: 21 },
      );
    },
  );
});
