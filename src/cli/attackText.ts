import type { Assessment, Evidence } from "../learn/index.js";
import { formatPercent } from "../triage/index.js";
import { counted } from "./counted.js";
import { alignColumns } from "./metricsTable.js";

/** What a reader must know before these numbers are believed. */
export const caveats = {
  below:
    "An AUROC below 0.5 is no slip: a strong attack makes rows that look surer than benign ones, so low confidence does not give it away.",
  adaptive:
    "Logits alone do not stop an attacker who knows the detector: the mimicry rows were made for it. The noise statistic is a tripwire for those who do not know of it, not a defence.",
  notShown:
    "An attacker who knows the detector is not among these: what he leaves of the evidence is not known here. The noise statistic is a tripwire for those who do not know of it, not a defence.",
  few: "Fewer than 50 rows were fooled: mind the width of the intervals.",
} as const;

const names: Record<Evidence, string> = {
  margin: "margin p₁ − p₂",
  maxProbability: "max probability",
  energy: "energy",
  entropy: "entropy",
  variance: "variance of logits",
  noise: "noise statistic",
};

/** One attack: what it did to accuracy and confidence, and what each kind of evidence is worth against it. No mean over attacks: the worst one is what counts. */
export function attackText({ method, adaptive, rows, steps, ...attack }: Assessment): string {
  const { accuracy, meanConfidence, successes, evidence } = attack;
  const title = `${method}${adaptive ? ", adaptive: it knows the detector" : ""} (${counted(rows, "row")}, ${counted(steps, "step")})`;
  const lines = [
    title,
    `  accuracy ${formatPercent(accuracy.before)} → ${formatPercent(accuracy.after)}; mean confidence ${formatPercent(meanConfidence.before)} → ${formatPercent(meanConfidence.after)}; ${successes} fooled`,
  ];
  if (successes === 0) return [...lines, "  no row was fooled: there is no evidence to judge"].join("\n");
  const table = alignColumns([
    ["evidence", "AUROC", "95 %", "found at 1 % FPR", "at 5 % FPR"],
    ...(Object.keys(names) as Evidence[]).map((name) => {
      const { auroc, tpr } = evidence[name];
      return [
        names[name],
        auroc.value.toFixed(3),
        auroc.ci.map((bound) => bound.toFixed(3)).join(" – "),
        formatPercent(tpr["1"].value),
        formatPercent(tpr["5"].value),
      ];
    }),
  ]);
  return [...lines, ...table.split("\n").map((line) => `  ${line}`)].join("\n");
}
