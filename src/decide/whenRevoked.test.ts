import { decider, policyVersion, validatePolicy } from "logits/decide";
import { describe, expect, it } from "vitest";
import type { Policy, PolicyState } from "../core/index.js";

const policy = (whenRevoked: unknown): Policy =>
  ({
    kind: "policy",
    version: 1,
    method: "threshold",
    params: { positive: ["dos"], threshold: 2, above: "block", below: "pass" },
    classes: ["normal", "dos"],
    rules: [{ never: "block", classes: ["normal"], instead: "watch" }],
    whenRevoked,
  }) as Policy;
const revoked = (of: Policy): PolicyState => ({
  policy: policyVersion(of),
  revoked: { at: "2026-11-27", reason: "the rows have changed" },
});
const rows = { kind: "logits" as const, values: Float64Array.of(0, 5, 5, 0), rows: 2, classes: 2 };

describe("once the contract is revoked", () => {
  it("one action is that of every row, the passing ones too", () => {
    const of = policy("ask");
    expect(decider(of, revoked(of))(rows).map(({ action }) => action)).toEqual(["ask", "ask"]);
  });

  it("an action for another leaves the rest as it is", () => {
    const of = policy({ block: "ask" });
    const [first, second] = decider(of, revoked(of))(rows);
    expect(first).toMatchObject({ action: "ask", contract: "revoked" });
    expect(first!.reason).toMatch(/\(the rows have changed\): ask\.$/);
    expect(second).toMatchObject({ action: "pass", contract: "revoked" });
    expect(second!.reason).toMatch(/\(the rows have changed\)\.$/);
    expect(decider(of)(rows).map(({ action }) => action)).toEqual(["block", "pass"]);
  });

  it("what a rule has put in place is an action as well", () => {
    expect(validatePolicy(policy({ watch: "ask" })).whenRevoked).toEqual({ watch: "ask" });
  });

  it.each<[string, unknown, string]>([
    ["an action that never happens", { blok: "ask" }, "actions of the policy (block, pass, watch)"],
    ["no action", { block: "" }, "whenRevoked of block must name an action"],
    ["an empty map", {}, "whenRevoked must name an action"],
    ["a list", ["ask"], "whenRevoked must name an action"],
  ])("%s is refused", (_, whenRevoked, message) => {
    expect(() => validatePolicy(policy(whenRevoked))).toThrow(message);
  });
});

it("one nat is not many", () => {
  const of = policy("ask");
  expect(decider(of)({ ...rows, values: Float64Array.of(0, 3, 0, 3.5) }).map(({ reason }) => reason)).toEqual([
    "P(dos) is 95.3 %, at or above the threshold of 88.1 % by 1 nat: block.",
    "P(dos) is 97.1 %, at or above the threshold of 88.1 % by 1.5 nats: block.",
  ]);
});

it("scores that are not rows × classes are refused", () => {
  expect(() => decider(policy("ask"))({ ...rows, rows: 3 })).toThrow("3 rows × 2 classes must be 6 numbers, got 4");
});
