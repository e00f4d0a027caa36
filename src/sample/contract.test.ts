import { samplers } from "logits/sample";
import { describe, expect, it } from "vitest";
import { LogitsError, type Param, type Params, rangeText, type SampleContext, type Sampler } from "../core/index.js";
import { uniform } from "../core/rng.js";
import { byId, heldElsewhere, samplerCases } from "../../test/support/samplerCases.js";
import { contextOf } from "./define.js";

const out = -Infinity;

/** Twelve scores, quarters so that differences are exact in f32 and after a shift; some tied, some removed. */
function rowOf(seed: number, tokens = 12): Float64Array {
  const at = (place: number): number => uniform(seed, "simulation", place);
  return Float64Array.from({ length: tokens }, (_, id) =>
    id > 0 && at(id) < 0.15 ? out : Math.round(32 * (at(id + 100) + at(id + 200) - 1)) / 4,
  );
}

/** The same without ties. */
const distinctRow = (seed: number): Float64Array => rowOf(seed).map((score, id) => score + id / 64);

const context = (): Partial<SampleContext> => ({
  history: [3, 1, 2, 3, 1, 2],
  promptLength: 6,
  eos: [1],
  dice: () => 0,
});
const textContext = (sampler: Sampler): Partial<SampleContext> => ({
  ...context(),
  ...(["minNewTokens", "exponentialDecayLength"].includes(sampler.name) && { promptLength: 3 }),
  ...(sampler.name === "forcedBos" && { history: [3], promptLength: 1 }),
});

const kept = (row: Float64Array): boolean[] => Array.from(row, (score) => score > out);
const shares = (row: Float64Array): number[] => {
  const peak = Math.max(...row);
  const weights = Array.from(row, (score) => Math.exp(score - peak));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
};
const seeds = Array.from({ length: 40 }, (_, seed) => seed);

describe.each(samplers.filter(({ name }) => name in samplerCases).map((sampler) => [sampler.name, sampler] as const))(
  "%s",
  (name, sampler) => {
    const { values, nested, idempotent, not = {} } = samplerCases[name]!;
    const apply = (row: Float64Array | Float32Array, params: Params): Float64Array =>
      sampler.apply(row, params, textContext(sampler));
    const everywhere = (check: (row: Float64Array, params: Params, seed: number) => void, rows = rowOf): void => {
      for (const seed of seeds) for (const params of values) check(rows(seed), params, seed);
    };

    it("acts on some row with these values", () => {
      for (const params of values) {
        const acted = seeds.some((seed) => {
          const row = rowOf(seed);
          return apply(row, params).some((score, id) => score !== row[id]);
        });
        expect(acted, JSON.stringify(params)).toBe(true);
      }
    });

    it.skipIf(not.shift)(`does not change when a constant is added${not.shift ? `: not so, ${not.shift}` : ""}`, () => {
      everywhere((row, params, seed) => {
        const shift = 4 * (seed % 7) - 12;
        const [one, two] = [
          apply(row, params),
          apply(
            row.map((score) => score + shift),
            params,
          ),
        ];
        expect(kept(two)).toEqual(kept(one));
        shares(two).forEach((p, id) => expect(p).toBeCloseTo(shares(one)[id]!, 12));
      });
    });

    it("says that it needs raw scores exactly where it does", () => {
      expect(sampler.gauge === "raw").toBe(not.shift !== undefined);
    });

    it.skipIf(not.permutation === byId)(
      `does not depend on the ids of distinct scores${not.permutation === byId ? `: not so, it ${byId}` : ""}`,
      () => {
        everywhere((row, params) => {
          const order = row.map((_, id) => (id * 5 + 3) % row.length);
          const moved = Float64Array.from(order, (from) => row[from]!);
          const [one, two] = [apply(row, params), apply(moved, params)];
          order.forEach((from, to) => {
            expect(two[to]! > out).toBe(one[from]! > out);
            expect(shares(two)[to]!).toBeCloseTo(shares(one)[from]!, 12);
          });
        }, distinctRow);
      },
    );

    it.runIf(idempotent)(`does nothing more the second time${idempotent ? "" : ": not so by what it is"}`, () => {
      everywhere((row, params) => {
        const once = apply(row, params);
        expect(apply(once, params)).toEqual(once);
      });
    });

    it.runIf(nested)(`keeps nested sets as its switch is turned${nested ? "" : ": not so by what it is"}`, () => {
      for (const seed of seeds) {
        const sets = values.map((params) => kept(apply(rowOf(seed), params)));
        sets.slice(1).forEach((set, i) => set.forEach((stays, id) => expect(!stays || sets[i]![id]).toBe(true)));
      }
    });

    it.runIf(sampler.role === "filter")("removes tokens and leaves the scores of the others (asked of filters)", () => {
      everywhere((row, params) => {
        apply(row, params).forEach((score, id) => expect(score === out || score === row[id]).toBe(true));
      });
    });

    it("at its no-op value changes nothing, and says so", () => {
      const off = Object.fromEntries(
        sampler.params.flatMap(({ name: key, noop }) => (noop === undefined ? [] : [[key, noop]])),
      );
      const params = Object.fromEntries(
        sampler.params.map(({ name: key, default: value }) => [key, off[key] ?? value!]),
      );
      expect(Object.keys(off)).not.toEqual([]);
      expect(sampler.isOff(params)).toBe(true);
      for (const seed of seeds) expect(apply(rowOf(seed), off)).toEqual(rowOf(seed));
      for (const on of values) expect(sampler.isOff({ ...params, ...on }), JSON.stringify(on)).toBe(false);
    });

    it("is off by default", () => {
      for (const seed of seeds) expect(apply(rowOf(seed), {})).toEqual(rowOf(seed));
    });

    it("leaves its input alone, and writes into out", () => {
      everywhere((row, params) => {
        const copy = row.slice();
        const into = new Float64Array(row.length).fill(9);
        const fresh = apply(row, params);
        expect(row).toEqual(copy);
        expect(sampler.apply(row, params, textContext(sampler), into)).toBe(into);
        expect(into).toEqual(fresh);
        expect(sampler.apply(copy, params, textContext(sampler), copy)).toEqual(fresh);
      });
      expect(() => sampler.apply(rowOf(1), {}, {}, new Float64Array(3))).toThrow(
        `Cannot run ${name}: out must have as many scores as the row, 12, got 3`,
      );
    });

    it("gives for f32 scores what it gives for the same numbers in f64", () => {
      everywhere((row, params) => expect(apply(Float32Array.from(row), params)).toEqual(apply(row, params)));
    });

    it.skipIf(not.removed)(`brings no removed token back${not.removed ? `: not so, ${not.removed}` : ""}`, () => {
      everywhere((row, params) => {
        apply(row, params).forEach((score, id) => expect(row[id]! > out || score === out).toBe(true));
      });
    });

    it("always leaves a token, and never a score that is no number", () => {
      everywhere((row, params) => {
        const after = apply(row, params);
        expect(after.some((score) => score > out)).toBe(true);
        expect(after.every((score) => score < Infinity)).toBe(true);
      });
    });

    it.each([
      ["scores as far apart as numbers go", [1e308, -1e308, 0, 1e308]],
      ["huge scores", [1e300, 1e300 - 1e290, -1e300, 5]],
      ["tiny scores", [5e-324, 0, -5e-324, 1e-310]],
      ["a large negative number for removed tokens", [3, -1e9, 2, -65504]],
    ])("gives a row for %s", (_, scores) => {
      for (const params of values) {
        const after = apply(Float64Array.from(scores), params);
        expect(after.every((score) => score < Infinity)).toBe(true);
        expect(after.some((score) => score > out)).toBe(true);
      }
    });

    it.each([NaN, Infinity])("refuses %f and names the column, also when it is off", (wrong) => {
      for (const params of [{}, ...values]) {
        let error: unknown;
        try {
          apply(Float64Array.of(1, 2, wrong, 4, 5), params);
        } catch (thrown) {
          error = thrown;
        }
        expect(LogitsError.isInstance(error) && [error.code, error.column]).toEqual(["not-finite", 2]);
      }
    });

    it("refuses a row of which nothing is left, and an empty one", () => {
      for (const row of [Float64Array.of(out, out), new Float64Array(0)])
        expect(() => apply(row, {})).toThrow("at least one token must not be removed");
    });

    it("leaves the only token", () => {
      for (const params of values) {
        // Bans of token 0 alone leave nothing, and say so.
        const banned = /"0;/.test(JSON.stringify(params));
        if (banned) expect(() => apply(Float64Array.of(-2.5), params)).toThrow("must leave a token");
        else
          expect(kept(apply(Float64Array.of(-2.5), params.allowedTokens ? { allowedTokens: "0" } : params))).toEqual([
            true,
          ]);
      }
    });

    it("treats equal scores alike, but for ids where it must choose", () => {
      for (const params of values) {
        const after = apply(new Float64Array(6).fill(1.5), params);
        const left = [...after].filter((score) => score > out);
        expect(left.length).toBeGreaterThan(0);
        if (sampler.role !== "penalty" && name !== "skew") expect(new Set(left).size).toBe(1);
      }
    });

    it("explains the tokens that it removes, with a number that is beyond its limit", () => {
      everywhere((row, given) => {
        const params = Object.fromEntries(
          sampler.params.map(({ name: key, default: value }) => [key, given[key] ?? value!]),
        );
        const after = apply(row, params);
        const reason = sampler.reasons?.(row, params, contextOf(textContext(sampler)), 0);
        row.forEach((score, id) => {
          if (score === out || after[id]! > out) return;
          const { value, limit, text } = reason?.(id) ?? { value: NaN, limit: NaN, text: "it must say why" };
          expect(Number.isFinite(value) && Number.isFinite(limit), text).toBe(true);
          expect(value, text).not.toBe(limit);
          expect(text).not.toMatch(/NaN|undefined|Infinity/);
        });
      });
    });

    it.each(sampler.params.map((param) => [param.name, param] as const))("refuses %s out of its range", (_, param) => {
      for (const wrong of wrongValues(param))
        expect(() => apply(rowOf(1), { [param.name]: wrong as number }), String(wrong)).toThrow(
          `Cannot run ${name}: ${param.name} must be ${rangeText(param)}, got ${String(wrong)}`,
        );
    });

    it("refuses a parameter that it does not have", () => {
      expect(() => apply(rowOf(1), { nonsense: 1 })).toThrow(`Cannot run ${name}: its parameters are`);
    });
  },
);

function wrongValues({ type, min, max, exclusiveMin, exclusiveMax }: Param): unknown[] {
  if (type === "string") return [3, true];
  if (type === "choice") return ["nonsense", 1];
  if (type === "boolean") return ["yes"];
  return [
    NaN,
    Infinity,
    -Infinity,
    "1",
    ...(type === "integer" ? [1.5] : []),
    ...(min === undefined ? [] : [min - 1, ...(exclusiveMin ? [min] : [])]),
    ...(max === undefined ? [] : [max + 1, ...(exclusiveMax ? [max] : [])]),
  ];
}

it("every sampler of a row alone is held to this contract", () => {
  const missing = samplers
    .map(({ name }) => name)
    .filter((name) => !(name in samplerCases) && !heldElsewhere.includes(name));
  expect(missing).toEqual([]);
});
