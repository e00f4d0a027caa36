import {
  type Batch,
  calibrate,
  checkPolicy,
  decide,
  type Policy,
  sourceOf,
  takeRows,
  threshold,
  type ThresholdOptions,
} from "logits";
import { describe, expect, it } from "vitest";
import { uniform } from "../core/rng.js";

/** Rows of two classes whose log-odds are about ±2, every second one of each. */
function pairs(rows: number, seed = 1, spread = 4): Batch {
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const values = Float64Array.from({ length: 2 * rows }, (_, i) =>
    i % 2 === 0 ? 0 : 4 * labels[i >> 1]! - 2 + spread * (uniform(seed, "noise", i) - 0.5),
  );
  return { kind: "logits", values, rows, classes: 2, labels };
}
function unlabelled(batch: Batch): Batch {
  const { kind, values, rows, classes } = batch;
  return { kind, values, rows, classes };
}
const three = (labels: number[]): Batch => ({
  kind: "logits",
  values: Float64Array.of(1, 2, 0, 3, 0, 1, 0, 1, 2),
  rows: 3,
  classes: 3,
  labels: Int32Array.from(labels),
});

describe("rows of one's own", () => {
  it("have names of classes by sourceOf", async () => {
    const data = sourceOf(three([0, 1, 2]), ["normal", "dos", "probe"]);
    const { policy } = await threshold(data, { positive: "not:normal", at: 0.5 });
    expect(policy).toMatchObject({ params: { positive: ["dos", "probe"] }, classes: ["normal", "dos", "probe"] });
    const [first] = await decide(data, policy!);
    expect(first).toMatchObject({ action: "alert", class: "dos" });
  });

  it.each<[string, () => unknown, string]>([
    ["another number of names", () => sourceOf(three([0, 1, 2]), ["a", "b"]), "there must be 3 names, none twice"],
    ["a name twice", () => sourceOf(three([0, 1, 2]), ["a", "b", "a"]), "got a, b, a"],
    [
      "a label that is no class",
      () => threshold(three([0, 7, 1]), { positive: 0, at: 0.5 }),
      "must be in [0, 2], got 7",
    ],
    [
      "no label among labels",
      () => threshold(three([0, 1, -1]), { positive: 0, at: 0.5 }),
      "must be in [0, 2], got -1",
    ],
    [
      "more rows than numbers",
      () => threshold({ ...three([0, 1, 2, 0]), rows: 4 }, { positive: 0, at: 0.5 }),
      "12 numbers",
    ],
  ])("%s is refused", async (_, act, message) => {
    await expect((async () => act())()).rejects.toThrow(message);
  });

  it("are taken with their labels", () => {
    expect(takeRows(three([0, 1, 2]), [2, 0])).toMatchObject({ rows: 2, labels: Int32Array.of(2, 0) });
  });

  it("a positive class is an index where it is a number, and a name first where it is a word", async () => {
    const data = sourceOf(pairs(40), ["1", "0"]);
    const positiveOf = async (positive: string | number): Promise<unknown> =>
      (await threshold(data, { positive, at: 0.5 })).policy!.params["positive"];
    expect(await positiveOf(0)).toEqual(["1"]);
    expect(await positiveOf("0")).toEqual(["0"]);
  });

  it("a class with a comma in its name can be the one that does not count", async () => {
    const data = sourceOf(three([0, 1, 2]), ["ham, plain", "spam", "scam"]);
    const { policy } = await threshold(data, { positive: "not:ham, plain", at: 0.5 });
    expect(policy!.params["positive"]).toEqual(["spam", "scam"]);
  });
});

describe("rows of one kind", () => {
  const kind = (side: 0 | 1): Batch => {
    const all = pairs(4000);
    return takeRows(
      all,
      [...all.labels!.keys()].filter((row) => all.labels![row] === side),
    );
  };

  it.each<[string, 0 | 1, ThresholdOptions]>([
    ["a false-positive rate is promised of negatives", 0, { maxFpr: 0.05 }],
    ["a recall is promised of positives", 1, { minRecall: 0.95 }],
  ])("%s, as if the others were there", async (_, side, wish) => {
    const alone = await threshold(kind(side), { positive: 1, ...wish });
    const both = await threshold(pairs(4000), { positive: 1, ...wish });
    expect(alone).toMatchObject({ met: true, guarantee: both.guarantee });
    expect(alone.recall!.value).toEqual(side === 1 ? both.recall!.value : Number.NaN);
    const { checks } = await checkPolicy(kind(side), both.policy!);
    expect(checks[0]!.n).toBe(2000);
  });

  it("the plain rule needs neither kind", async () => {
    expect(await threshold(kind(0), { positive: 1, at: 0.5 })).toMatchObject({ met: true, fpr: { n: 2000 } });
  });

  it.each<[string, ThresholdOptions, string]>([
    ["a precision", { minPrecision: 0.9 }, "there must be positive and negative rows, got 0 positive and 2000"],
    ["a recall", { minRecall: 0.9 }, "there must be positive rows, got 0 positive and 2000"],
    ["a prior, which is held against theirs", { maxFpr: 0.1, prior: 0.1 }, "there must be positive and negative rows"],
    ["F-beta", { beta: 1 }, "there must be positive and negative rows"],
  ])("%s needs more than negatives", async (_, wish, message) => {
    await expect(threshold(kind(0), { positive: 1, ...wish })).rejects.toThrow(message);
  });
});

describe("wishes of a caller without types", () => {
  it.each<[ThresholdOptions, string]>([
    [{}, "there must be one goal (or maxFpr or minPrecision with minRecall), got none"],
    [{ positive: 1, maxFpr: "0.1" as unknown as number }, "maxFpr must be a number in (0, 1), got 0.1"],
    [{ positive: 1, budget: 5, volume: -5 }, "volume must be a number > 0, got -5"],
    [{ positive: [], maxFpr: 0.1 }, "positive must be some but not all of 0, 1, got none"],
    [{ perClass: true, maxFpr: 0.1 }, "positive must be absent with perClass, got 1"],
    [{ costs: { block: 1, pass: { 0: 0, 1: 5 } } }, "positive must be absent with costs of actions, got 1"],
  ])("%j is refused", async (options, message) => {
    await expect(threshold(pairs(100), { positive: 1, ...options })).rejects.toThrow(message);
  });

  it("none at all is refused too", async () => {
    await expect(threshold(pairs(100))).rejects.toMatchObject({ code: "bad-argument" });
  });
});

describe("F-beta", () => {
  it("is shown of the threshold at which it is largest, held out as well", async () => {
    const { fBeta, heldOut } = await threshold(pairs(4000), { positive: 1, beta: 2 });
    for (const at of [0.1, 0.3, 0.5, 0.9]) {
      const { precision, recall } = await threshold(pairs(4000), { positive: 1, at });
      const [p, r] = [precision!.value, recall!.value];
      expect(fBeta!.value).toBeGreaterThanOrEqual((5 * p * r) / (4 * p + r));
    }
    expect(fBeta!.ci[0]).toBeLessThan(fBeta!.value);
    expect((heldOut as { fBeta: { value: number } }).fBeta.value).toBeLessThanOrEqual(fBeta!.value);
  });
});

describe("the plain rule before and after calibration", () => {
  it("has no figures of after where a masked true label forbids a temperature", async () => {
    const masked = pairs(200);
    masked.values[1] = -Infinity;
    masked.labels![0] = 1;
    const found = await threshold(masked, { positive: 1, at: 0.5 });
    expect(found.met).toBe(true);
    expect(found).not.toHaveProperty("calibrated");
  });
});

describe("rows without labels", () => {
  it("the plain rule says how many alerts there are, and that it cannot know more", async () => {
    const found = await threshold(unlabelled(pairs(1000)), { positive: 1, at: 0.5 });
    const { alerts } = await threshold(pairs(1000), { positive: 1, at: 0.5 });
    expect(found.alerts).toEqual(alerts);
    for (const name of ["fpr", "precision", "recall", "calibrated"]) expect(found).not.toHaveProperty(name);
    expect(found.warnings.join()).toContain("the share of alerts is all that can be told");
  });

  it("a budget says nothing of rates that need them", async () => {
    const found = await threshold(unlabelled(pairs(1000)), { positive: 1, budget: 100 });
    expect(found.met).toBe(true);
    for (const name of ["fpr", "precision", "recall", "positives", "negatives"]) expect(found).not.toHaveProperty(name);
    expect(found.heldOut).not.toHaveProperty("fpr");
    expect(found.alerts!.value).toBeLessThan(0.1);
  });

  it("cannot test a budget at a prior", async () => {
    const { policy } = await threshold(pairs(4000), { positive: 1, budget: 100, volume: 1000, prior: 0.01 });
    await expect(checkPolicy(sourceOf(unlabelled(pairs(500, 2))), policy!)).rejects.toMatchObject({
      code: "no-labels",
    });
  });
});

describe("other rows", () => {
  const names = ["ham", "spam"];
  it("with the same classes in another order are refused, and counted ones have no order", async () => {
    const data = sourceOf(pairs(100), names);
    const other = sourceOf(pairs(100, 2), ["spam", "ham"]);
    const wish = { positive: "spam", at: 0.5 };
    await expect(threshold(data, { ...wish, eval: other })).rejects.toThrow("their class 0 must be ham, got spam");
    await expect(threshold(data, { ...wish, eval: pairs(100, 2) })).resolves.toMatchObject({ met: true });
  });

  it("that break the second of two promises are said to", async () => {
    const data = sourceOf(pairs(2000), names);
    const shifted = pairs(2000, 2);
    for (let row = 0; row < 2000; row++) if (row % 2 === 1) shifted.values[2 * row + 1]! -= 3;
    const wish = { positive: "spam", maxFpr: 0.05, minRecall: 0.9 };
    const { warnings } = await threshold(data, { ...wish, eval: sourceOf(shifted, names) });
    expect(warnings.join()).toMatch(/On the other rows the promise does not hold: recall is 0/);
    const { warnings: none } = await threshold(data, { ...wish, eval: sourceOf(pairs(2000, 3), names) });
    expect(none.join()).not.toContain("does not hold");
  });
});

describe("the same rows again", () => {
  it("a calibrator that was fitted on them is said to be", async () => {
    const data = pairs(1000);
    const wish = { positive: 1, maxFpr: 0.05 };
    const calibrator = await calibrate(data, { method: "platt" });
    const { warnings } = await threshold(data, { ...wish, calibrator });
    expect(warnings[0]).toMatch(/^The calibrator was fitted on these very rows/);
    const others = await threshold(data, { ...wish, calibrator: await calibrate(pairs(1000, 2), { method: "platt" }) });
    expect(others.warnings.join()).not.toContain("these very rows");
  });

  it("but not where it cannot matter: a temperature of two classes, and a threshold that is found by order", async () => {
    const data = pairs(1000);
    const calibrator = await calibrate(data);
    const found = await threshold(data, { positive: 1, maxFpr: 0.05, calibrator });
    expect(found.warnings.join()).not.toContain("these very rows");
    const plain = await threshold(data, { positive: 1, maxFpr: 0.05 });
    expect(found.guarantee).toEqual(plain.guarantee);
    expect(found.rawLogit).toBeCloseTo(plain.logit!, 12);
    const { warnings } = await threshold(data, { positive: 1, at: 0.95, calibrator });
    expect(warnings[0]).toMatch(/^The calibrator was fitted on these very rows/);
  });

  it("a policy that was found on them is not tested by them", async () => {
    const { policy } = await threshold(pairs(1000), { positive: 1, maxFpr: 0.05 });
    expect((await checkPolicy(sourceOf(pairs(1000)), policy!)).warnings[0]).toMatch(/^These are the rows/);
    expect((await checkPolicy(sourceOf(pairs(1000, 2)), policy!)).warnings).toEqual([]);
    const ruled: Policy = { ...policy!, rules: [{ never: "alert", instead: "ask" }] };
    expect((await checkPolicy(sourceOf(pairs(1000, 2)), ruled)).warnings[0]).toContain("without the policy's rules");
  });
});

describe("the logit in the scores as they came", () => {
  const calibrator = { kind: "calibrator", version: 1, method: "temperature", params: { temperature: 2.5 } } as const;
  it("parts the same rows, by the threshold times the temperature", async () => {
    const data = pairs(1000);
    const { rawLogit, logit, policy } = await threshold(data, { positive: 1, maxFpr: 0.05, prior: 0.01, calibrator });
    const shift = policy!.params["shift"] as number;
    expect(rawLogit).toBeCloseTo((logit! - shift) * 2.5, 12);
    const raw = Array.from({ length: 1000 }, (_, row) => data.values[2 * row + 1]! - data.values[2 * row]!);
    const alerts = (await decide(data, policy!)).map(({ action }) => action === "alert");
    expect(alerts).toEqual(raw.map((odds) => odds >= rawLogit!));
  });

  it("is not shown where there is none, or where it is the logit itself", async () => {
    expect(await threshold(three([0, 1, 2]), { positive: 1, at: 0.5, calibrator })).not.toHaveProperty("rawLogit");
    expect(await threshold(pairs(10), { positive: 1, at: 0.5 })).not.toHaveProperty("rawLogit");
    const banded = await threshold(pairs(10), { positive: 1, at: 0.9, low: 0.5, calibrator });
    expect(banded.low).toMatchObject({ logit: 0, rawLogit: 0 });
  });
});

describe("costs", () => {
  it.each<NonNullable<ThresholdOptions["costs"]>>([
    { fp: 2, fn: 5, ask: 0.5 },
    { alert: { "0": 2, "1": 0 }, pass: { "0": 0, "1": 5 } },
  ])("have intervals at the confidence that was asked for: %o", async (costs) => {
    const widthAt = async (confidence: number): Promise<number> => {
      const positive = "fp" in costs ? { positive: 1 } : {};
      const { cost } = await threshold(pairs(1000, 1, 6), { ...positive, costs, confidence });
      return cost!.ci[1] - cost!.value;
    };
    // z of .995 and .75.
    expect((await widthAt(0.99)) / (await widthAt(0.5))).toBeCloseTo(2.5758293035 / 0.6744897502, 8);
  });

  it.each([5, null, "fp", [1, 2]])("that are %o are refused in words", async (costs) => {
    await expect(threshold(pairs(10), { positive: 1, costs: costs as never })).rejects.toMatchObject({
      code: "bad-argument",
    });
  });
});

describe("two thresholds", () => {
  it("a lower one that is not lower is a slip of the words", async () => {
    const slip = threshold(pairs(10), { positive: 1, at: 0.5, low: 0.7 });
    await expect(slip).rejects.toThrow("low must be below at (0.5), got 0.7");
  });

  it("two promises of one threshold both count rows at it", async () => {
    const { low, recall, further } = await threshold(pairs(2000), { positive: 1, maxFpr: 0.1, minRecall: 0.5 });
    expect(low).toBeUndefined();
    expect(further![0]).toMatchObject({ rate: "recall", count: recall!.count, n: 1000 });
  });
});

describe("names of actions", () => {
  it.each<[string[], string]>([
    [["block", "block"], "different names"],
    [["block", "ask", "pass"], "must be 2 names"],
  ])("%o are refused for one threshold", async (actions, message) => {
    await expect(threshold(pairs(10), { positive: 1, at: 0.5, actions })).rejects.toThrow(message);
  });
});
