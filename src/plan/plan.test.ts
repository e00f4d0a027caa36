import { describe, expect, it } from "vitest";
import type { Batch } from "../core/index.js";
import { calibrateSource } from "./calibrate.js";
import { sourceOf } from "./collect.js";
import { evaluate } from "./evaluate.js";
import { type Plan, readPlan } from "./plan.js";
import { createRegistry } from "./registry.js";
import { chainSchema, planSchema } from "./schema.js";

const rows = 300;
const batch: Batch = {
  kind: "logits",
  rows,
  classes: 3,
  values: Float32Array.from({ length: 3 * rows }, (_, i) => 4 * Math.sin(i * i + 1)),
  labels: Int32Array.from({ length: rows }, (_, i) => Math.floor(1.5 + 1.5 * Math.sin(7 * i))),
};
const calibrator = { method: "temperature", params: { temperature: 1.7 } };
const copied = (plan: Plan): Plan => JSON.parse(JSON.stringify(plan)) as Plan;

describe("a plan", () => {
  it("makes the result that carries it again", async () => {
    const options = { calibrator, seed: 5, replicates: 40, metrics: ["ece", "nll", "aurc"], params: { bins: 7 } };
    const first = await evaluate(sourceOf(batch), options);
    const again = await evaluate(sourceOf(batch), { plan: copied(first.plan) });
    expect(again.metrics).toEqual(first.metrics);
    expect(first.plan).toMatchObject({
      version: 1,
      source: { kind: "logits", rows, classes: 3 },
      calibrator,
      seed: 5,
      replicates: 40,
    });
    expect(first.plan.steps.find(({ method }) => method === "ece")).toEqual({
      method: "ece",
      params: { bins: 7, edges: "(lo, hi]" },
    });
  });

  it("of a calibration names the method and its parameters first", async () => {
    const { plan } = await calibrateSource(sourceOf(batch), { method: "vectorScaling", methodParams: { ridge: 2 } });
    expect(plan.steps[0]).toEqual({ method: "vectorScaling", params: { ridge: 2 } });
  });

  it("is described by a schema that lists every method", () => {
    const registry = createRegistry();
    const { properties } = planSchema(registry) as { properties: { steps: { items: { oneOf: { title: string }[] } } } };
    const names = [...registry.metrics, ...registry.calibrators, ...registry.verdicts].map(({ name }) => name);
    expect(properties.steps.items.oneOf.map(({ title }) => title)).toEqual(names);
  });

  it("a chain of samplers is described by a schema that lists every sampler", () => {
    const registry = createRegistry();
    const { items } = chainSchema(registry) as {
      items: {
        oneOf: {
          title: string;
          required: string[];
          properties: { sampler: object; params: { properties: Record<string, object> } };
        }[];
      };
    };
    expect(items.oneOf.map(({ title }) => title)).toEqual(registry.samplers.map(({ name }) => name));
    const topK = items.oneOf.find(({ title }) => title === "topK")!;
    expect([topK.required, topK.properties.sampler]).toEqual([["sampler"], { const: "topK" }]);
    expect(topK.properties.params.properties["topK"]).toMatchObject({ type: "integer", default: 0, minimum: -1 });
  });

  const good = { version: 1, source: { kind: "logits", classes: 3 }, steps: [], seed: 0, replicates: 0 };
  it.each<[unknown, string, string]>([
    [[], "bad-data", "it must be a JSON object"],
    [{ ...good, version: 2 }, "bad-data", "version must be 1, got 2"],
    [{ ...good, source: null }, "bad-data", "source must be an object"],
    [{ ...good, steps: "ece" }, "bad-data", "steps must be a list"],
    [{ ...good, steps: [{ method: "eec" }] }, "bad-data", 'each step must name a known method, got "eec"'],
    [{ ...good, steps: [{ method: "nll", params: { bins: 3 } }] }, "bad-data", "nll must have parameters of its own"],
    [{ ...good, steps: [{ method: "ece", params: { bins: 0 } }] }, "bad-argument", "bins must be"],
    [{ ...good, seed: -1 }, "bad-data", "seed must be an integer ≥ 0, got -1"],
    [{ ...good, replicates: 1.5 }, "bad-data", "replicates must be an integer ≥ 0, got 1.5"],
    [{ ...good, calibrator: { method: "x" } }, "bad-data", "method must be one of"],
  ])("%j is refused (%s): %s", (document, code, message) => {
    expect(() => readPlan(document, createRegistry())).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});
