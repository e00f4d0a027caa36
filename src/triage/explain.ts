import { type Batch, LogitsError, predictions } from "../core/index.js";
import { formatPercent } from "./percent.js";

/** One row, understood. The same numbers and the same sentence in the library, the command and the report. */
export interface Explanation {
  classes: string[];
  /** As given. */
  logits: number[];
  /** After calibration, when there was any: softmax of these gives the probabilities. */
  scaled?: number[];
  probabilities: number[];
  predicted: string;
  p: number;
  runnerUp: string | null;
  /** p of the winner minus p of the runner-up. */
  margin: number;
  /** The same distance between the logits as given. */
  logitMargin: number;
  entropyBits: number;
  /** 2^entropy: how many equally likely classes would be as uncertain. */
  effectiveClasses: number;
  tie: boolean;
  label?: string;
  verdict: Verdict;
  text: string;
}

export type Verdict = "torn" | "confident" | "leaning" | "confidently wrong" | "wrong";

export interface ExplainOptions {
  classes?: string[];
  /** The calibrated scores of the same row. */
  scaled?: ArrayLike<number>;
  /** Index of the true class. */
  label?: number;
  /** Torn below this difference of probabilities; default 0.1. */
  torn?: number;
  /** Confident above this probability; default 0.9. */
  confident?: number;
}

/**
 * What one row of logits says: winner, runner-up, how far apart, how uncertain, in numbers and one sentence.
 *
 * Probabilities are softmax(scaled); entropy is −Σ p log₂ p; the margin is p₁ − p₂.
 *
 * @throws "not-finite" for NaN, +Infinity or a row without a class left.
 * @example
 *     explainRow([8.2, 1.5], { classes: ["cat", "dog"] }).text  // "confident: cat 99.877 % vs dog 0.123 %, 6.70 logits apart"
 */
export function explainRow(logits: ArrayLike<number>, options: ExplainOptions = {}): Explanation {
  const k = logits.length;
  const given = Float64Array.from(logits as ArrayLike<number> & Iterable<number>);
  const names = options.classes ?? Array.from({ length: k }, (_, i) => String(i));
  if (names.length !== k)
    throw new LogitsError(
      "mismatch",
      `Cannot explain this row: there must be one class name a score (${k}), got ${names.length}`,
    );
  const scaled = options.scaled ? Float64Array.from(options.scaled as ArrayLike<number> & Iterable<number>) : given;
  const batch: Batch = { kind: "logits", values: scaled, rows: 1, classes: k };
  if (options.scaled) predictions({ ...batch, values: given }); // the given row is checked too
  const rows = predictions(batch);
  const probabilities = Array.from(rows.probs());
  const first = rows.predicted[0]!;
  const second = runnerUpOf(scaled, first);
  const p = rows.confidence[0]!;
  const margin = second === -1 ? 1 : p - probabilities[second]!;
  const entropy = entropyOf(scaled, rows.logSumExp[0]!);
  const explanation: Explanation = {
    classes: names,
    logits: Array.from(given),
    probabilities,
    predicted: names[first]!,
    p,
    runnerUp: second === -1 ? null : names[second]!,
    margin,
    logitMargin: second === -1 ? Infinity : given[first]! - given[second]!,
    entropyBits: entropy / Math.LN2,
    effectiveClasses: Math.exp(entropy),
    tie: rows.tie[0] === 1,
    verdict: "leaning",
    text: "",
  };
  if (options.scaled) explanation.scaled = Array.from(scaled);
  if (options.label !== undefined) explanation.label = names[options.label]!;
  explanation.verdict = verdictOf(explanation, options);
  explanation.text = sentence(explanation, second === -1 ? 0 : probabilities[second]!);
  return explanation;
}

function verdictOf(
  { predicted, p, margin, label }: Explanation,
  { torn = 0.1, confident = 0.9 }: ExplainOptions,
): Verdict {
  if (margin < torn) return "torn";
  if (label !== undefined && label !== predicted) return p > confident ? "confidently wrong" : "wrong";
  return p > confident ? "confident" : "leaning";
}

function sentence({ verdict, predicted, p, runnerUp, logitMargin, label, tie }: Explanation, second: number): string {
  const winner = `${verdict}: ${predicted} ${formatPercent(p)}`;
  const truth = label !== undefined && label !== predicted ? `; the label is ${label}` : "";
  if (runnerUp === null) return `${winner}, the only class left${truth}`;
  const apart = tie ? "tied" : `${Math.abs(logitMargin).toFixed(2)} logits apart`;
  return `${winner} vs ${runnerUp} ${formatPercent(second)}, ${apart}${truth}`;
}

function runnerUpOf(values: Float64Array, first: number): number {
  let second = -1;
  for (let k = 0; k < values.length; k++) {
    if (k !== first && values[k] !== -Infinity && (second === -1 || values[k]! > values[second]!)) second = k;
  }
  return second;
}

/** H = lse − Σ p z, in nats; a masked class adds 0. */
function entropyOf(values: Float64Array, logSumExp: number): number {
  let entropy = 0;
  for (const z of values) {
    const logp = z - logSumExp;
    if (logp !== -Infinity) entropy -= Math.exp(logp) * logp;
  }
  return Math.max(0, entropy);
}
