export { explainCard } from "./card.js";
export { type Explanation, type ExplainOptions, explainRow, type Verdict } from "./explain.js";
export { formatPercent } from "./percent.js";
export { type Triage, type TriageItem, type TriageOptions, type TriageVerdict, triage } from "./triage.js";
