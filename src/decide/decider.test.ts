import { decider, decisionMethods, policyVersion, validatePolicy } from "logits/decide";
import { describe, expect, it } from "vitest";
import type { Policy } from "../core/index.js";
import {
  banded,
  cascade,
  costs,
  labels,
  lse,
  one,
  p,
  perClass,
  plain,
  policy,
  rows,
  samples,
  selective,
} from "./policies.fixture.js";

describe("what each method decides", () => {
  it.each<[string, Policy, number[], string, string, number, number]>([
    ["at the threshold is above it", plain, [0, Math.log(Math.exp(2) - 1), 0], "block", "dos", 2, 0],
    ["below it the action is about the others", plain, [3, 1, 0], "pass", "normal", lse(1, 0) - 3, lse(1, 0) - 5],
    [
      "several positive classes are summed, and the likeliest is named",
      plain,
      [0, 3, 4],
      "block",
      "probe",
      lse(3, 4),
      lse(3, 4) - 2,
    ],
    ["over the band", banded, [0, 5, -Infinity], "block", "dos", 5, 3],
    ["under the band", banded, [3, 0, -Infinity], "pass", "normal", -3, 2],
    ["the band's lower end is in it", banded, [1, 0, -Infinity], "ask", "dos", -1, 0],
    ["the band's upper end is over it", banded, [0, 2, -Infinity], "block", "dos", 2, 0],
    ["a winner that is sure", selective, [2, 0, -Infinity], "accept", "normal", 2, 1],
    ["a winner that is not", selective, [0.5, 0, -Infinity], "ask", "normal", 0.5, -0.5],
    ["a tie goes to the first, who is not sure", selective, [1, 1, -Infinity], "ask", "normal", 0, -1],
    ["a class's own threshold and action", perClass, [0, 3.5, -Infinity], "block", "dos", 3.5, 0.5],
    ["the same log-odds of another class", perClass, [3.5, 0, -Infinity], "accept", "normal", 3.5, 3.5],
    ["a class without a threshold is never accepted", perClass, [0, 0, 90], "ask", "probe", 90 - lse(0, 0), -Infinity],
    ["not even when it is certain", perClass, [-Infinity, -Infinity, 0], "ask", "probe", Infinity, -Infinity],
    [
      "the action of the least cost",
      costs,
      [Math.log(0.06), Math.log(0.94), -Infinity],
      "block",
      "dos",
      Math.log(0.94 / 0.06),
      Math.log(1 / 0.6),
    ],
    ["asking, where both may cost more", costs, [0, 0, -Infinity], "ask", "normal", 0, Math.log(2)],
    ["passing what is surely normal", costs, [5, 0, -Infinity], "pass", "normal", 5, Math.log(1 / (4 * p(-5)))],
    ["the label that is furthest over its threshold", labels, [0.5, 2, 9], "block", "dos", 2, 1],
    ["no label reaches its own", labels, [-1, 0.5, 9], "pass", "dos", 0.5, -0.5],
    ["a first stage that speaks", cascade, [0, 4, -Infinity], "block", "dos", 4, 1],
    ["a second stage among its own classes", cascade, [2, 1, 0], "file", "normal", 2, 1],
    ["a second stage that asks", cascade, [0.5, 1, 0], "ask", "normal", 0.5, -0.5],
  ])("%s", (_, of, row, action, about, logOdds, margin) => {
    const decision = one(of, row);
    expect(decision).toMatchObject({ action, class: about, row: 0, policy: policyVersion(of) });
    expect(decision.p).toBeCloseTo(p(logOdds), 12);
    if (Number.isFinite(margin)) expect(decision.margin).toBeCloseTo(margin, 10);
    else expect(decision.margin).toBe(margin);
    expect(decision.contract).toBeUndefined();
  });

  it("every method is among them", () => {
    expect(samples.map(({ method }) => method).sort()).toEqual(decisionMethods.map(({ name }) => name).sort());
  });

  it.each<[Policy, number[], string]>([
    [plain, [0, 3, 4], "P(dos or probe) is 98.7 %, at or above the threshold of 88.1 % by 2.31 nats: block."],
    [banded, [1, 0, -Infinity], "P(dos) is 26.9 %, between 26.9 % and 88.1 %, where neither side is sure enough: ask."],
    [selective, [0.5, 0, -Infinity], "normal has 62.2 %, below the 73.1 % that are needed by 0.5 nats: ask."],
    [perClass, [-Infinity, -Infinity, 0], "probe has 100 %, and is a class that is never accepted: ask."],
    [costs, [0, 0, -Infinity], "normal has 50 %; ask costs 1 on average, block 5 or pass 2: ask."],
    [
      labels,
      [0.5, 2, 9],
      "dos has 88.1 %, at or above its threshold of 73.1 % by 1 nat (2 labels reach theirs): block.",
    ],
    [cascade, [0.5, 1, 0], "stage 2: normal has 62.2 %, below the 73.1 % that are needed by 0.5 nats: ask."],
  ])("says why: $method", (of, row, reason) => {
    expect(one(of, row).reason).toBe(reason);
  });

  it("another base rate shifts the log-odds, and p with them", () => {
    const shifted = policy("threshold", { ...plain.params, shift: -3 });
    expect(one(shifted, [0, 4, 0])).toMatchObject({ action: "pass", p: p(lse(4, 0) - 3) });
  });

  it("labels are listed, and probabilities of labels are read as such", () => {
    const [decision] = decider(labels)({ kind: "probs", values: Float64Array.of(0.6, 0.9, 0.7), rows: 1, classes: 3 });
    expect(decision).toMatchObject({ labels: ["normal", "dos"], action: "block" });
    expect(decision!.p).toBeCloseTo(0.9, 12);
    expect(() => decider(labels)({ ...rows([0, 0, 0]), kind: "logprobs" })).toThrow("must be logits or probabilities");
  });
});

describe.each(samples.map((sample) => [sample.method, sample] as const))("contract: %s", (_, sample) => {
  const decide = decider(sample);
  const independent = decisionMethods.find(({ name }) => name === sample.method)!.independent;
  const given = rows([0.3, 2.2, -1], [4, 0, 1], [-2, 3.5, 0.25], [1, 1, 1]);

  it.skipIf(independent)(
    "adding a number to a row changes nothing (skipped where each score is log-odds by itself)",
    () => {
      const moved = { ...given, values: given.values.map((z, i) => z + 64 * (1 + Math.floor(i / 3))) };
      for (const [row, decision] of decide(moved).entries()) {
        const { action, class: about } = decide(given)[row]!;
        expect(decision).toMatchObject({ action, class: about });
      }
    },
  );

  it("rows by themselves are decided as rows together", () => {
    const together = decide(given);
    for (let row = 0; row < given.rows; row++) {
      const [alone] = decide({ ...given, values: given.values.slice(3 * row, 3 * row + 3), rows: 1, offset: row });
      expect(alone).toEqual(together[row]);
    }
  });

  it("f32 scores that are whole are decided as f64, and the input stays", () => {
    const narrow = { ...given, values: Float32Array.from(given.values, Math.round) };
    const wide = { ...given, values: Float64Array.from(given.values, Math.round) };
    const before = narrow.values.slice();
    expect(decide(narrow)).toEqual(decide(wide));
    expect(narrow.values).toEqual(before);
  });

  it("NaN is refused with its row and column, and so is a row without a class", () => {
    const bad = rows([1, 2, 3], [1, NaN, 3]);
    expect(() => decide({ ...bad, offset: 10 })).toThrow("Cannot use row 11, column 1");
    if (!independent) {
      expect(() => decide(rows([-Infinity, -Infinity, -Infinity]))).toThrow("got only -Infinity");
      expect(() => decide(rows([1, Infinity, 3]))).toThrow("Cannot use row 0, column 1");
    }
  });

  it("no rows are no decisions; ids and indices are kept", () => {
    expect(decide({ ...given, values: new Float64Array(0), rows: 0 })).toEqual([]);
    const named = decide({ ...given, ids: ["a", "b", "c", "d"], offset: 7 });
    expect(named.map(({ id, row }) => [id, row])).toEqual([
      ["a", 7],
      ["b", 8],
      ["c", 9],
      ["d", 10],
    ]);
  });

  it("another number of classes is refused", () => {
    expect(() => decide(rows([1, 2]))).toThrow("the scores must have the policy's 3 classes, got 2");
  });

  it("every action that it takes is one that it names, and a policy without a param is refused", () => {
    const names = decisionMethods.find(({ name }) => name === sample.method)!.actions(sample.params);
    for (const { action } of decide(given)) expect(names).toContain(action);
    for (const name of Object.keys(sample.params)) {
      if (name === "actions") continue;
      const { [name]: __, ...rest } = sample.params;
      expect(() => validatePolicy({ ...sample, params: rest }), name).toThrow("Cannot use this policy");
    }
    expect(() => validatePolicy({ ...sample, params: { ...sample.params, treshold: 1 } })).toThrow("params may have");
  });
});
