import { gate, type Policy } from "logits";
import { scoreLabels } from "logits/bounds";
import { describe, expect, it } from "vitest";
import type { LogprobCapture } from "../core/index.js";
import { policyVersion } from "../decide/index.js";

const policy = (params: Policy["params"], rest: Partial<Policy> = {}): Policy => ({
  kind: "policy",
  version: 1,
  method: "band",
  params: { positive: ["safe"], ...params },
  classes: ["safe", "unsafe"],
  ...rest,
});
const plain = policy({ low: 0, high: 2, above: "proceed", between: "ask", below: "refuse" });
const bounds = (...ends: [number, number][]): Parameters<ReturnType<typeof gate>>[0] => ({
  labels: ["safe", "unsafe"],
  scores: ends.map(([lo, hi]) => (lo === hi ? { lo, hi, logprob: lo } : { lo, hi })),
});

describe("gate", () => {
  it("an unlisted label that cannot change it leaves no more than a bound of P, and the reason says so", () => {
    // safe at −0.1 against at most −4: P(safe) ≥ 1/(1 + exp(−3.9)).
    const { p, margin, reason, action } = gate(plain)(bounds([-0.1, -0.1], [-Infinity, -4]));
    expect(action).toBe("proceed");
    expect(p).toBeCloseTo(1 / (1 + Math.exp(-3.9)), 12);
    expect(margin).toBeCloseTo(1.9, 12);
    expect(reason).toBe(
      "Whatever unsafe scores within its bounds, at worst: P(safe) is 98 %, at or above the threshold of 88.1 % by 1.9 nats: proceed.",
    );
    const refused = gate(plain)(bounds([-Infinity, -4], [-0.1, -0.1]));
    expect(refused.action).toBe("refuse");
    expect(refused.p).toBeCloseTo(1 / (1 + Math.exp(3.9)), 12);
  });

  it.each<[unknown, string]>([
    [undefined, "got none"],
    [null, "got null"],
    ["[3, 0]", 'got "[3, 0]"'],
    [{ probs: [0.9, 0.1] }, 'got {"probs":[0.9,0.1]}'],
    [{ labels: ["safe", "unsafe"] }, 'got {"labels":["safe","unsafe"]}'],
  ])("%j is no row", (given, got) => {
    expect(() => gate(plain)(given as number[])).toThrow(
      `Cannot gate: a row must be a list of scores, { logits } or { labels, scores }, ${got}`,
    );
  });

  it.each<[string, Parameters<ReturnType<typeof gate>>[0], string]>([
    ["a sure row", [3, 0], "proceed"],
    ["one that is torn", [1, 0], "ask"],
    ["one that is not safe", [0, 4], "refuse"],
    ["an explanation", { logits: [3, 0], classes: ["safe", "unsafe"] }, "proceed"],
    ["scores of labels that are all listed", bounds([-0.1, -0.1], [-3, -3]), "proceed"],
    [
      "labels in another order",
      {
        labels: ["unsafe", "safe"],
        scores: [
          { lo: -3, hi: -3, logprob: -3 },
          { lo: -0.1, hi: -0.1, logprob: -0.1 },
        ],
      },
      "proceed",
    ],
    ["an unlisted label that cannot change it", bounds([-0.1, -0.1], [-Infinity, -4]), "proceed"],
    ["an unlisted label that might", bounds([-0.1, -0.1], [-Infinity, -1.5]), "ask"],
    ["an unlisted label that refuses at best", bounds([-Infinity, -5], [-0.01, -0.01]), "refuse"],
  ])("%s", (_, given, action) => {
    expect(gate(plain)(given)).toMatchObject({ action, decided: action, policy: policyVersion(plain) });
  });

  it("says why it asks where scores are not all listed", () => {
    expect(gate(plain)(bounds([-0.1, -0.1], [-Infinity, -1.5])).reason).toBe(
      "The score of unsafe is known within bounds only, and they do not settle the decision: ask.",
    );
  });

  it("the policy's own names are kept, and must be said to mean something", () => {
    const named = policy({ low: 0, high: 2, above: "run", between: "confirm", below: "drop" });
    const actions = { run: "proceed", confirm: "ask", drop: "refuse" } as const;
    expect(gate(named, { actions })([3, 0])).toMatchObject({ action: "proceed", decided: "run" });
    expect(gate(named, { actions })(bounds([-0.1, -0.1], [-Infinity, -1.5]))).toMatchObject({
      action: "ask",
      decided: "confirm",
    });
    expect(() => gate(named, { actions: { run: "proceed" } })).toThrow("or be said to be one by actions, got confirm");
    expect(() => gate({ ...plain, whenRevoked: "halt" })).toThrow("got halt");
  });

  it("calibrates first, and bounds go through a temperature", () => {
    const cooled = { ...plain, calibrator: { method: "temperature", params: { temperature: 2 } } };
    expect(gate(cooled)([3, 0]).action).toBe("ask");
    expect(gate(cooled)(bounds([-0.001, -0.001], [-Infinity, -8])).action).toBe("proceed");
    expect(gate(cooled)(bounds([-0.001, -0.001], [-Infinity, -3])).action).toBe("ask");
  });

  it("a revoked contract shows, and its action is taken", () => {
    const strict = { ...plain, whenRevoked: "ask" };
    const state = { policy: policyVersion(strict), revoked: { at: "2026-11-27", reason: "drift" } };
    expect(gate(strict, { state })([5, 0])).toMatchObject({ action: "ask", contract: "revoked" });
  });

  it("one action for another is taken too, and must mean something", () => {
    const strict = { ...plain, whenRevoked: { proceed: "ask" } };
    const state = { policy: policyVersion(strict), revoked: { at: "2026-11-27", reason: "drift" } };
    const pass = gate(strict, { state });
    expect([pass([5, 0]).action, pass([0, 5]).action]).toEqual(["ask", "refuse"]);
    expect(() => gate({ ...plain, whenRevoked: { proceed: "halt" } })).toThrow("got halt");
  });

  it("a rule about a class that may be the likeliest within the bounds is not passed over", () => {
    const ruled: Policy = {
      ...policy({ positive: ["write", "read"], low: 0, high: 2, above: "proceed", between: "ask", below: "refuse" }),
      classes: ["write", "read", "unsafe"],
      rules: [{ never: "proceed", classes: ["write"], instead: "refuse" }],
    };
    const scores = (write: [number, number], read: [number, number]): Parameters<ReturnType<typeof gate>>[0] => ({
      labels: ["write", "read", "unsafe"],
      scores: [write, read, [-9, -9] as const].map(([lo, hi]) => ({ lo, hi, ...(lo === hi && { logprob: lo }) })),
    });
    // At both ends of the bounds "read" is likelier; between them "write" may be.
    expect(gate(ruled)(scores([-3, -1], [-2, -0.5])).action).toBe("ask");
    expect(gate(ruled)(scores([-3, -2.5], [-2, -0.5])).action).toBe("proceed");
    expect(gate({ ...ruled, rules: [] })(scores([-3, -1], [-2, -0.5])).action).toBe("proceed");
  });

  it.each<[number[][], string]>([
    [
      [
        [-0.05, -0.05],
        [-9, -3],
        [-9, -3.5],
      ],
      "proceed",
    ],
    [
      [
        [-0.05, -0.05],
        [-9, -0.5],
        [-9, -3.5],
      ],
      "ask",
    ],
    [
      [
        [-9, -5],
        [-0.01, -0.01],
        [-9, -5],
      ],
      "proceed",
    ],
    [
      [
        [-1.1, -1.1],
        [-9, -1.2],
        [-1.1, -1.1],
      ],
      "ask",
    ],
  ])("selective prediction from bounds %o: %s", (ends, action) => {
    const choice: Policy = {
      kind: "policy",
      version: 1,
      method: "selective",
      params: { threshold: 1, accept: "proceed", abstain: "refuse" },
      classes: ["A", "B", "C"],
    };
    const scores = ends.map(([lo, hi]) => (lo === hi ? { lo: lo!, hi: hi!, logprob: lo! } : { lo: lo!, hi: hi! }));
    expect(gate(choice)({ labels: ["A", "B", "C"], scores }).action).toBe(action);
  });

  it("top-logprobs of a server are decided about as they come", () => {
    const capture: LogprobCapture = {
      stage: "raw",
      precision: "exact",
      steps: [
        {
          text: "safe",
          logprob: -0.02,
          top: [
            { text: "safe", logprob: -0.02 },
            { text: "maybe", logprob: -5 },
          ],
          coverage: "top",
        },
      ],
    } as unknown as LogprobCapture;
    const pass = gate(plain);
    expect(pass(scoreLabels(capture, ["safe", "unsafe"])).action).toBe("proceed");
  });

  it("other labels and other lengths are refused", () => {
    expect(() =>
      gate(plain)({
        labels: ["yes", "no"],
        scores: [
          { lo: 0, hi: 0 },
          { lo: 0, hi: 0 },
        ],
      }),
    ).toThrow("the labels must be safe, unsafe, got yes, no");
    expect(() => gate(plain)({ logits: [1, 2], classes: ["unsafe", "safe"] })).toThrow(
      "must be of safe, unsafe, got unsafe, safe",
    );
    expect(() => gate(plain)([1, 2, 3])).toThrow("the policy's 2 classes, got 3");
  });
});
