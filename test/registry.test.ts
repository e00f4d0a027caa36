import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { commandHelp } from "../src/cli/help.js";
import { evaluateFlags } from "../src/cli/methodFlags.js";
import { commands } from "../src/cli/commands.js";
import { guardFitFlags } from "../src/cli/guardFlags.js";
import { parse } from "../src/cli/parse.js";
import type { Batch } from "../src/core/index.js";
import { detectors } from "../src/guard/index.js";
import { sourceOf } from "../src/plan/collect.js";
import { evaluate } from "../src/plan/evaluate.js";
import { docsTables } from "../src/plan/docs.js";
import { createRegistry } from "../src/plan/registry.js";
import { chainSchema, stepSchema } from "../src/plan/schema.js";
import { samplerFlags } from "../src/cli/samplerFlags.js";
import { sample, settingsChain } from "../src/sample/index.js";
import { everySecond } from "./fixtures/everySecond.js";
import { meanMargin } from "./fixtures/meanMargin.js";

describe("a method is one file", () => {
  const registry = createRegistry([meanMargin]);

  it("its parameter becomes a flag, checked against its range", async () => {
    const flags = await evaluateFlags(registry);
    const usage = { command: "evaluate", args: [1, 9] as [number, number], usage: "FILE" };
    expect(parse(["a.npz", "--margin-cap", "7"], flags, usage).flags["marginCap"]).toBe(7);
    expect(() => parse(["a.npz", "--margin-cap", "0"], flags, usage)).toThrow(
      "--margin-cap must be a number > 0, got 0",
    );
  });

  it("its flag and its name appear in --help", async () => {
    const evaluate = commands.find(({ name }) => name === "evaluate")!;
    const help = commandHelp(evaluate, await evaluateFlags(registry));
    expect(help).toContain("--margin-cap N");
    expect(help.replaceAll(/\s+/g, " ")).toContain(
      "Log-odds above this count as this (a number > 0; default 50; for meanMargin)",
    );
  });

  it("it appears in the JSON schema of a step", () => {
    const { oneOf } = stepSchema(registry) as {
      oneOf: { title: string; properties: { params: { properties: object } } }[];
    };
    const schema = oneOf.find(({ title }) => title === "meanMargin")!;
    expect(schema.properties.params.properties).toEqual({
      marginCap: { description: "Log-odds above this count as this", type: "number", default: 50, exclusiveMinimum: 0 },
    });
  });

  it("it appears in the documentation table", () => {
    expect(docsTables(registry)).toContain(
      "| `meanMargin` | Mean log-odds of the winner, capped | `marginCap`: Log-odds above this",
    );
  });

  it("it is measured, with an interval, and is part of the plan", async () => {
    const batch: Batch = {
      kind: "logits",
      values: Float64Array.of(3, 1, 0, 2, 1, 5),
      labels: Int32Array.of(0, 1, 1),
      rows: 3,
      classes: 2,
    };
    const { metrics, plan } = await evaluate(sourceOf(batch), { registry });
    expect(metrics["meanMargin"]!.value).toBeCloseTo((2 + 2 + 4) / 3, 12);
    expect(plan.steps).toContainEqual({ method: "meanMargin", params: { marginCap: 50 } });
  });

  it("a name may be used once in its family", () => {
    expect(() => createRegistry([meanMargin, meanMargin])).toThrow(
      "Cannot register meanMargin: a name must be used once, got it twice",
    );
  });
});

describe("a sampler is one file", () => {
  const registry = createRegistry([everySecond]);

  it("its parameter becomes a flag, checked against its range, under a heading", () => {
    const flags = samplerFlags(registry);
    const usage = { command: "sample", args: [1, 1] as [number, number], usage: "FILE" };
    expect(parse(["[1]", "--every-second", "2"], flags, usage).flags["everySecond"]).toBe(2);
    expect(() => parse(["[1]", "--every-second", "0"], flags, usage)).toThrow(
      "--every-second must be an integer ≥ 1, got 0",
    );
    expect(flags.find(({ name }) => name === "everySecond")).toMatchObject({
      help: "n, of which one is kept (an integer ≥ 1; default 1: off)",
      group: "Other samplers that cut or reshape",
    });
  });

  it("it appears in the JSON schema of a chain and in the documentation table", () => {
    const { items } = chainSchema(registry) as { items: { oneOf: { title: string }[] } };
    expect(items.oneOf.map(({ title }) => title)).toContain("everySecond");
    expect(docsTables(registry)).toContain(
      "| `everySecond` | Keeps every n-th token | `everySecond`: n, of which one is kept",
    );
  });

  it("it runs in a chain from settings, with a trace", () => {
    const chain = settingsChain(registry.samplers, { everySecond: 2 });
    const { kept, trace } = sample(Float64Array.of(1, 2, 3), { chain, seed: 1, trace: true });
    expect(kept).toBe(2);
    expect(trace!.steps.map(({ sampler, removedCount }) => [sampler, removedCount])).toEqual([["everySecond", 1]]);
  });
});

describe("built-in methods", () => {
  it("the documentation lists exactly them", () => {
    const docs = readFileSync(fileURLToPath(new URL("../docs/methods.md", import.meta.url)), "utf8");
    expect(docs).toContain(docsTables(createRegistry()));
  });
});

describe("a detector is one file", () => {
  const fake = { ...detectors[0]!, name: "thirdLogit", help: "The third logit", params: [] };
  const registry = createRegistry([fake]);

  it("it appears in the documentation table, under its family", () => {
    expect(registry.detectors.map(({ name }) => name)).toContain("thirdLogit");
    expect(docsTables(registry)).toMatch(/\| Detector \|[\s\S]*\| `thirdLogit` \| The third logit \|/);
  });

  it("parameters of the built-in ones are flags of guard fit", () => {
    const usage = { command: "guard fit", args: [1, 1] as [number, number], usage: "FILE" };
    expect(parse(["a.npz", "--gamma", "0.2", "--most", "10"], guardFitFlags, usage).flags).toMatchObject({
      gamma: 0.2,
      most: 10,
    });
    expect(() => parse(["a.npz", "--gamma", "0"], guardFitFlags, usage)).toThrow(
      "--gamma must be a number in (0, 1], got 0",
    );
  });
});
