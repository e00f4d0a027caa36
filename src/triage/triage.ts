import { type Batch, LogitsError, type Predictions, predictions } from "../core/index.js";
import { formatPercent } from "./percent.js";
import { unusualScores } from "./unusual.js";

export type TriageVerdict = "confidentlyWrong" | "mislabelled" | "torn" | "unusual";

/** A row that deserves a person's eye, with the numbers that made it so. */
export interface TriageItem {
  id: string;
  row: number;
  verdict: TriageVerdict;
  label?: string;
  predicted: string;
  p: number;
  margin: number;
  evidence: Record<string, number | string>;
  /** The evidence as a sentence. */
  text: string;
  slices?: Record<string, string>;
}

export interface Triage {
  rows: number;
  counts: {
    errors: number;
    torn: number;
    tornErrors: number;
    confidentlyWrong: number;
    mislabelled: number;
    unusual: number;
  };
  items: TriageItem[];
}

export interface TriageOptions {
  classes?: string[];
  /** Torn below this difference of the two largest probabilities; default 0.1. */
  torn?: number;
  /** Confidently wrong above this probability; default 0.9. */
  wrong?: number;
  /** Unusual among the most extreme share of rows on each score; default 0.01. */
  unusual?: number;
  /** Items a verdict; default 20. */
  top?: number;
}

interface Found {
  row: number;
  strength: number;
  evidence: Record<string, number | string>;
  text: string;
}

/**
 * Rows that deserve a person's eye.
 *
 * - torn: p₁ − p₂ < `torn`; the closest first.
 * - confidentlyWrong: the winner is not the label and p₁ > `wrong`; the most confident first.
 * - mislabelled: another class above its own class threshold beats a label that is below its threshold, where a class threshold is the mean
 *   probability of the class over the rows labelled with it (confident learning; Northcutt, Jiang & Chuang, JAIR 2021, §3); the largest gap first.
 * - unusual: among the lowest log-sum-exp, or the farthest from its predicted class in logit space. Raw logits only.
 *
 * Without labels only torn and unusual are found.
 *
 * @param calibrated scores whose softmax is trusted.
 * @param raw the scores as the model gave them: what "unusual" looks at. Left out for probabilities, which do not have it.
 */
export function triage(calibrated: Batch, raw?: Batch, options: TriageOptions = {}): Triage {
  const { torn = 0.1, wrong = 0.9, unusual = 0.01, top = 20 } = options;
  const rows = predictions(calibrated);
  const names = options.classes ?? Array.from({ length: rows.classes }, (_, k) => String(k));
  if (names.length !== rows.classes) {
    throw new LogitsError(
      "mismatch",
      `Cannot triage: there must be one name a class (${rows.classes}), got ${names.length}`,
    );
  }
  const margins = marginsOf(rows);
  const found: Record<TriageVerdict, Found[]> = {
    confidentlyWrong: rows.labels ? confidentlyWrong(rows, wrong, names) : [],
    mislabelled: rows.labels ? mislabelled(rows, names) : [],
    torn: tornRows(margins, torn),
    unusual: raw && raw.kind === "logits" ? unusualRows(raw, unusual) : [],
  };
  let errors = 0;
  rows.correct?.forEach((correct) => (errors += 1 - correct));
  return {
    rows: rows.rows,
    counts: {
      errors,
      torn: found.torn.length,
      tornErrors: rows.correct ? found.torn.filter(({ row }) => rows.correct![row] === 0).length : 0,
      confidentlyWrong: found.confidentlyWrong.length,
      mislabelled: found.mislabelled.length,
      unusual: found.unusual.length,
    },
    items: (Object.entries(found) as [TriageVerdict, Found[]][]).flatMap(([verdict, list]) =>
      list
        .sort((a, b) => b.strength - a.strength || a.row - b.row)
        .slice(0, top)
        .map((item) => itemOf(item, verdict, rows, margins, names)),
    ),
  };
}

function itemOf(
  { row, evidence, text }: Found,
  verdict: TriageVerdict,
  rows: Predictions,
  margins: Float64Array,
  names: string[],
): TriageItem {
  const { ids, slices } = rows.batch;
  const item: TriageItem = {
    id: ids?.[row] ?? String(rows.offset + row),
    row: rows.offset + row,
    verdict,
    predicted: names[rows.predicted[row]!]!,
    p: rows.confidence[row]!,
    margin: margins[row]!,
    evidence,
    text,
  };
  if (rows.labels) item.label = names[rows.labels[row]!]!;
  if (slices) item.slices = Object.fromEntries(Object.entries(slices).map(([name, column]) => [name, column[row]!]));
  return item;
}

/** p₁ − p₂ of each row, exact also where both are near 1/2. */
function marginsOf(rows: Predictions): Float64Array {
  const probs = rows.probs();
  return Float64Array.from({ length: rows.rows }, (_, row) => {
    let second = 0;
    for (let k = 0; k < rows.classes; k++)
      if (k !== rows.predicted[row]) second = Math.max(second, probs[row * rows.classes + k]!);
    return rows.confidence[row]! - second;
  });
}

function tornRows(margins: Float64Array, limit: number): Found[] {
  const found: Found[] = [];
  margins.forEach((margin, row) => {
    if (margin < limit) {
      found.push({
        row,
        strength: -margin,
        evidence: { margin, limit },
        text: `the two best are ${formatPercent(margin)} apart, below ${formatPercent(limit)}`,
      });
    }
  });
  return found;
}

function confidentlyWrong(rows: Predictions, limit: number, names: string[]): Found[] {
  const found: Found[] = [];
  for (let row = 0; row < rows.rows; row++) {
    const p = rows.confidence[row]!;
    if (rows.correct![row] === 1 || !(p > limit)) continue;
    const text = `says ${names[rows.predicted[row]!]} with ${formatPercent(p)}, the label is ${names[rows.labels![row]!]}`;
    found.push({
      row,
      strength: rows.logOdds[row]!,
      evidence: { p, limit, logOdds: rows.logOdds[row]!, nll: rows.nll![row]! },
      text,
    });
  }
  return found;
}

function mislabelled(rows: Predictions, names: string[]): Found[] {
  const probs = rows.probs();
  const { classes } = rows;
  const sum = new Float64Array(classes);
  const count = new Float64Array(classes);
  for (let row = 0; row < rows.rows; row++) {
    const label = rows.labels![row]!;
    sum[label]! += probs[row * classes + label]!;
    count[label]!++;
  }
  const thresholds = sum.map((total, k) => total / count[k]!);
  const found: Found[] = [];
  for (let row = 0; row < rows.rows; row++) {
    const label = rows.labels![row]!;
    const own = probs[row * classes + label]!;
    let suggested = -1;
    for (let k = 0; k < classes; k++) {
      const p = probs[row * classes + k]!;
      if (p >= thresholds[k]! && (suggested === -1 || p > probs[row * classes + suggested]!)) suggested = k;
    }
    if (suggested === -1 || suggested === label || own >= thresholds[label]!) continue;
    const p = probs[row * classes + suggested]!;
    found.push({
      row,
      strength: p - own,
      evidence: {
        selfConfidence: own,
        labelThreshold: thresholds[label]!,
        suggested: names[suggested]!,
        suggestedP: p,
        suggestedThreshold: thresholds[suggested]!,
      },
      text: `labelled ${names[label]} (${formatPercent(own)}, its rows average ${formatPercent(thresholds[label]!)}), probably ${names[suggested]} (${formatPercent(p)})`,
    });
  }
  return found;
}

function unusualRows(raw: Batch, share: number): Found[] {
  return unusualScores(raw)
    .filter(({ percentile }) => percentile < share)
    .map(({ row, score, value, percentile }) => ({
      row,
      strength: -percentile,
      evidence: { score, value, percentile },
      text: `${score === "logSumExp" ? "low log-sum-exp" : "far from its class"}: ${value.toFixed(2)}, more extreme than ${formatPercent(1 - percentile)} of rows`,
    }));
}
