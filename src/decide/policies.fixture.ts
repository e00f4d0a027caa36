import { decider } from "./index.js";
import type { Batch, Decision, Policy } from "../core/index.js";

/** A policy of each way of deciding, and rows for it. */
export const classes: string[] = ["normal", "dos", "probe"];
export const p = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

export const policy = (method: string, params: Policy["params"], rest: Partial<Policy> = {}): Policy => ({
  kind: "policy",
  version: 1,
  method,
  params,
  classes,
  ...rest,
});
export const rows = (...given: number[][]): Batch => ({
  kind: "logits",
  values: Float64Array.from(given.flat()),
  rows: given.length,
  classes: given[0]!.length,
});
export const one = (of: Policy, row: number[]): Decision => decider(of)(rows(row))[0]!;

export const plain: Policy = policy("threshold", {
  positive: ["dos", "probe"],
  threshold: 2,
  above: "block",
  below: "pass",
});
export const banded: Policy = policy("band", {
  positive: ["dos"],
  low: -1,
  high: 2,
  above: "block",
  between: "ask",
  below: "pass",
});
export const selective: Policy = policy("selective", { threshold: 1, accept: "accept", abstain: "ask" });
export const perClass: Policy = policy("perClass", {
  thresholds: { normal: 0, dos: 3, probe: null },
  accept: "accept",
  abstain: "ask",
  actions: { dos: "block" },
});
export const costs: Policy = policy("expectedCost", {
  costs: { block: { normal: 10, dos: 0, probe: 0 }, pass: { normal: 0, dos: 4, probe: 4 }, ask: 1 },
});
export const labels: Policy = policy("multilabel", {
  thresholds: { normal: 0, dos: 1 },
  above: "flag",
  below: "pass",
  actions: { dos: "block" },
});
export const cascade: Policy = policy("cascade", {
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
export const samples: Policy[] = [plain, banded, selective, perClass, costs, labels, cascade];
export const lse = (...z: number[]): number => Math.log(z.reduce((sum, one) => sum + Math.exp(one), 0));
