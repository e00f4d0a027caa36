import { decider, decisionMethods, policyVersion, validatePolicy } from "logits/decide";
import { describe, expect, it } from "vitest";
import type { Batch, Decision, Policy, PolicyState } from "../core/index.js";

const classes = ["normal", "dos", "probe"];
const p = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

const policy = (method: string, params: Policy["params"], rest: Partial<Policy> = {}): Policy => ({
  kind: "policy",
  version: 1,
  method,
  params,
  classes,
  ...rest,
});
const rows = (...given: number[][]): Batch => ({
  kind: "logits",
  values: Float64Array.from(given.flat()),
  rows: given.length,
  classes: given[0]!.length,
});
const one = (of: Policy, row: number[]): Decision => decider(of)(rows(row))[0]!;

const plain = policy("threshold", { positive: ["dos", "probe"], threshold: 2, above: "block", below: "pass" });
const banded = policy("band", { positive: ["dos"], low: -1, high: 2, above: "block", between: "ask", below: "pass" });
const selective = policy("selective", { threshold: 1, accept: "accept", abstain: "ask" });
const perClass = policy("perClass", {
  thresholds: { normal: 0, dos: 3, probe: null },
  accept: "accept",
  abstain: "ask",
  actions: { dos: "block" },
});
const costs = policy("expectedCost", {
  costs: { block: { normal: 10, dos: 0, probe: 0 }, pass: { normal: 0, dos: 4, probe: 4 }, ask: 1 },
});
const labels = policy("multilabel", {
  thresholds: { normal: 0, dos: 1 },
  above: "flag",
  below: "pass",
  actions: { dos: "block" },
});
const cascade = policy("cascade", {
  stages: [
    {
      method: "threshold",
      params: { positive: ["dos"], threshold: 3, above: "block", below: "on" },
      next: "on",
    },
    {
      method: "selective",
      params: { threshold: 1, accept: "file", abstain: "ask" },
      among: ["normal", "probe"],
    },
  ],
});
const samples: Policy[] = [plain, banded, selective, perClass, costs, labels, cascade];
const lse = (...z: number[]): number => Math.log(z.reduce((sum, one) => sum + Math.exp(one), 0));

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

describe("rules and revocation", () => {
  const guarantee = {
    rate: "fpr",
    side: "at most",
    bound: 0.01,
    confidence: 0.95,
    by: "x",
    n: 1,
    count: 0,
    needed: 1,
  } as const;
  const ruled = { ...plain, rules: [{ never: "block", classes: ["probe"], instead: "ask" }], guarantee };

  it("a rule replaces an action for its classes, and says so", () => {
    expect(one(ruled, [0, 0, 5])).toMatchObject({ action: "ask", class: "probe", contract: "holds" });
    expect(one(ruled, [0, 0, 5]).reason).toMatch(/: block, but never for class probe: ask\.$/);
    expect(one(ruled, [0, 5, 0]).action).toBe("block");
    expect(one({ ...ruled, rules: [{ never: "block", instead: "ask" }] }, [0, 5, 0]).action).toBe("ask");
  });

  it("the first rule that speaks wins", () => {
    const rules = [
      { never: "block", classes: ["dos"], instead: "ask" },
      { never: "block", instead: "wait" },
    ];
    expect(one({ ...plain, rules }, [0, 5, 0]).action).toBe("ask");
    expect(one({ ...plain, rules }, [0, 0, 5]).action).toBe("wait");
  });

  it("a revoked contract is in every decision, in words too", () => {
    const state = {
      policy: policyVersion(ruled),
      revoked: { at: "2026-11-27T10:00:00Z", reason: "the rows have changed" },
    };
    const [decision] = decider(ruled, state)(rows([0, 5, 0]));
    expect(decision).toMatchObject({ action: "block", contract: "revoked" });
    expect(decision!.reason).toMatch(
      /block\. The contract was revoked on 2026-11-27T10:00:00Z \(the rows have changed\)\.$/,
    );
    const strict = { ...ruled, whenRevoked: "ask" };
    const [asked] = decider(strict, { ...state, policy: policyVersion(strict) })(rows([0, 5, 0]));
    expect(asked).toMatchObject({ action: "ask", contract: "revoked" });
    expect(asked!.reason).toMatch(/\(the rows have changed\): ask\.$/);
    expect(decider(ruled, { policy: policyVersion(ruled) })(rows([0, 5, 0]))[0]!.contract).toBe("holds");
  });

  it("a state of another policy is refused", () => {
    expect(() => decider(ruled, { policy: "0123456789ab" })).toThrow(
      `it must belong to policy ${policyVersion(ruled)}`,
    );
  });

  it.each([true, {}, { at: 5, reason: "x" }, null])("a revocation that is %j is refused", (revoked) => {
    const bad = { policy: policyVersion(ruled), revoked } as unknown as PolicyState;
    expect(() => decider(ruled, bad)).toThrow(
      `Cannot use this state: revoked must be { at, reason }, got ${JSON.stringify(revoked)}`,
    );
  });
});

describe("documents", () => {
  it("a version is 12 hex digits, the same for any order of keys, and another after any change", () => {
    const { kind, ...rest } = plain;
    expect(policyVersion(plain)).toMatch(/^[0-9a-f]{12}$/);
    expect(policyVersion({ ...rest, kind })).toBe(policyVersion(plain));
    expect(policyVersion(JSON.parse(JSON.stringify(plain)) as Policy)).toBe(policyVersion(plain));
    expect(policyVersion({ ...plain, params: { ...plain.params, threshold: 2 + Number.EPSILON * 2 } })).not.toBe(
      policyVersion(plain),
    );
  });

  it.each<[string, unknown, string]>([
    ["nothing", null, "it must be a JSON object, got null"],
    ["a list", [], "it must be a JSON object"],
    ["a calibrator", { kind: "calibrator", version: 1 }, 'kind must be "policy", got "calibrator"'],
    ["another version", { ...plain, version: 2 }, "version must be 1, got 2"],
    ["an unknown method", { ...plain, method: "magic" }, "method must be one of threshold, band"],
    ["a misspelt field", { ...plain, rule: [] }, 'got "rule"'],
    ["no params", { ...plain, params: undefined }, "params must be an object"],
    ["no classes", { ...plain, classes: [] }, "classes must be a list of names"],
    ["a class twice", { ...plain, classes: ["normal", "dos", "dos"] }, "classes must be named each once"],
    [
      "a positive that is no class",
      policy("threshold", { ...plain.params, positive: ["dose"] }),
      "positive must be classes of the policy",
    ],
    [
      "all classes positive",
      policy("threshold", { ...plain.params, positive: classes }),
      "positive must leave out a class",
    ],
    [
      "a threshold that is no number",
      policy("threshold", { ...plain.params, threshold: "Infinity" }),
      "threshold must be a finite number",
    ],
    ["a band upside down", policy("band", { ...banded.params, low: 3 }), "low must be at most high (2), got 3"],
    [
      "a rule about no action",
      { ...plain, rules: [{ never: "blok", instead: "ask" }] },
      'never must be an action of the policy (block, pass), got "blok"',
    ],
    [
      "a rule about no class",
      { ...plain, rules: [{ never: "block", classes: ["x"], instead: "ask" }] },
      "classes of a rule must be classes of the policy",
    ],
    [
      "a rule that changes nothing",
      { ...plain, rules: [{ never: "block", instead: "block" }] },
      "instead must be another action",
    ],
    ["a promise of nothing known", { ...plain, guarantee: { rate: "luck" } }, "the rate of a guarantee must be"],
    [
      "a promise over 1",
      { ...plain, guarantee: { rate: "fpr", side: "at most", bound: 2, confidence: 0.9 } },
      "its bound must be in [0, 1], got 2",
    ],
    ["a cost below 0", policy("expectedCost", { costs: { a: -1, b: 2 } }), "the cost of a must be a number ≥ 0"],
    [
      "a class without a cost",
      policy("expectedCost", { costs: { a: 1, b: { dos: 1 } } }),
      "the cost of b for normal must be",
    ],
    [
      "one stage",
      policy("cascade", { stages: [{ method: "selective", params: selective.params }] } as Policy["params"]),
      "stages must be a list of two or more",
    ],
    [
      "a stage that goes nowhere",
      policy("cascade", {
        stages: [
          { method: "selective", params: selective.params },
          { method: "selective", params: selective.params },
        ],
      } as Policy["params"]),
      "next must be an action of its stage",
    ],
  ])("%s is refused", (_, document, message) => {
    expect(() => validatePolicy(document)).toThrow(message);
  });

  it("classes of the scores are compared by name, where they have names", () => {
    expect(() => validatePolicy(plain, ["normal", "probe", "dos"])).toThrow(
      "class 1 of the scores must be dos, got probe",
    );
    expect(() => validatePolicy(plain, ["normal", "dos"])).toThrow("the scores must have its 3 classes, got 2");
    expect(validatePolicy(plain, ["0", "1", "2"])).toBe(plain);
  });
});
