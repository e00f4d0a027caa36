import { decider, policyVersion } from "logits/decide";
import { describe, expect, it } from "vitest";
import type { PolicyState } from "../core/index.js";
import { one, plain, rows } from "./policies.fixture.js";

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
