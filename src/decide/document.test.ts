import { policyVersion, validatePolicy } from "logits/decide";
import { describe, expect, it } from "vitest";
import type { Policy } from "../core/index.js";
import { banded, classes, plain, policy, selective } from "./policies.fixture.js";

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
