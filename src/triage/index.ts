export { explainCard } from "./card.js";
export { type Explanation, type ExplainOptions, explainRow, type Verdict } from "./explain.js";
export type { TriageItem, TriageMethod } from "./method.js";
export { formatPercent, formatPoints } from "./percent.js";
export { type Triage, type TriageOptions, triage, triageSource, verdicts } from "./triage.js";
