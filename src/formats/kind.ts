import { type Kind, LogitsError } from "../core/index.js";
import type { ReadOptions } from "./table.js";

export type GivenKind = NonNullable<ReadOptions["kind"]>;

/** What the first rows of a table look like: the evidence for what its numbers are. */
export interface KindEvidence {
  rows: number;
  columns: number;
  min: number;
  max: number;
  /** Only 0 and 1 occur. */
  onlyZeroOne: boolean;
  /** Decimal digits after the point, where the numbers are rounded to 6 or fewer; else Infinity. */
  digits: number;
  sum: [number, number];
  /** Range of Σ exp(value) over the rows. */
  sumExp: [number, number];
  negatives: boolean;
}

export function initEvidence(columns: number): KindEvidence {
  return {
    rows: 0,
    columns,
    min: Infinity,
    max: -Infinity,
    onlyZeroOne: true,
    digits: 0,
    sum: [Infinity, -Infinity],
    sumExp: [Infinity, -Infinity],
    negatives: false,
  };
}

export function addEvidence(evidence: KindEvidence, values: ArrayLike<number>, rows: number): void {
  const { columns } = evidence;
  evidence.rows += rows;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    let exp = 0;
    for (let k = 0; k < columns; k++) {
      const value = values[row * columns + k]!;
      if (value < evidence.min) evidence.min = value;
      if (value > evidence.max) evidence.max = value;
      if (value !== 0 && value !== 1) evidence.onlyZeroOne = false;
      if (value < 0) evidence.negatives = true;
      if (evidence.digits < 7) evidence.digits = Math.max(evidence.digits, decimals(value));
      sum += value;
      exp += Math.exp(value);
    }
    evidence.sum = [Math.min(evidence.sum[0], sum), Math.max(evidence.sum[1], sum)];
    evidence.sumExp = [Math.min(evidence.sumExp[0], exp), Math.max(evidence.sumExp[1], exp)];
  }
}

/** Digits after the point that say the number to f32 accuracy; 7 when it takes more than 6. */
function decimals(value: number): number {
  for (let digits = 0; digits <= 6; digits++) {
    const scaled = value * 10 ** digits;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * Math.max(1, Math.abs(scaled))) return digits;
  }
  return 7;
}

/** How far a row of probabilities (times `unit`) may be from its sum: rounding of each number, or of f16 and f32. */
export function sumTolerance(columns: number, digits: number, unit: number): number {
  const rounding = digits <= 6 ? columns * 0.5 * 10 ** -digits : 0;
  return Math.min(0.05 * unit, Math.max(1e-3 * unit, rounding));
}

export interface Detected {
  kind: Kind | "percent";
  note?: string;
}

/**
 * What the numbers are, from how they look and what the file calls them; what has two honest readings is refused with the flag that settles it.
 *
 * @param name what the file calls the array ("logits", "probs", …), when it does.
 */
export function detectKind(evidence: KindEvidence, file: string, name?: string): Detected {
  const { columns, rows, min, max, sum, sumExp, onlyZeroOne, digits } = evidence;
  const ambiguous = (what: string, got: string, hint: string): never => {
    throw new LogitsError("ambiguous", `Cannot tell what the numbers of ${file} are: ${what}, got ${got}`, { hint });
  };
  const saysLogits = name === "logits";
  const saysProbs = name === "probs" || name === "probabilities";
  if (columns === 1) {
    return ambiguous(
      "one number a row may be the log-odds or the probability of the second class",
      "1 column",
      "--kind binary-logits or --kind binary-probs settles it.",
    );
  }
  const near = (range: [number, number], to: number, tolerance: number): boolean =>
    Math.abs(range[0] - to) <= tolerance && Math.abs(range[1] - to) <= tolerance;
  const inUnit = min >= 0 && max <= 1;
  const sumsToOne = near(sum, 1, sumTolerance(columns, digits, 1));
  if (inUnit && onlyZeroOne) {
    return ambiguous(
      "only 0 and 1 occur: decisions or one-hot labels, not scores",
      "no other number",
      "--kind probs takes them as certain probabilities; --logits-key names another array.",
    );
  }
  if (inUnit && sumsToOne) {
    if (saysLogits) {
      return ambiguous(
        "the array is named logits, but every row is in [0, 1] and sums to 1",
        "both",
        "--kind probs or --kind logits settles it.",
      );
    }
    return digits <= 6
      ? {
          kind: "probs",
          note: `Probabilities are rounded to ${digits} digits: 0 means less than ${0.5 * 10 ** -digits}.`,
        }
      : { kind: "probs" };
  }
  if (saysProbs) {
    return ambiguous(
      "the array is named probs, but its rows do not sum to 1",
      `row sums ${short(sum[0])} … ${short(sum[1])}`,
      "--kind logits reads them as scores; one independent probability a label is not a distribution over classes.",
    );
  }
  if (saysLogits && inUnit)
    return {
      kind: "logits",
      note: "All logits lie in [0, 1]; they are read as logits because the file calls them so.",
    };
  if (inUnit) {
    return ambiguous(
      "every number is in [0, 1] but rows do not sum to 1: independent (multilabel) probabilities, truncated probabilities, or logits that happen to lie there",
      `row sums ${short(sum[0])} … ${short(sum[1])}`,
      "--kind logits settles it if they are logits.",
    );
  }
  if (!evidence.negatives && max <= 100 + 1e-6 && near(sum, 100, sumTolerance(columns, digits, 100))) {
    if (rows < 2 && !saysLogits)
      return ambiguous(
        "one row that sums to 100 may be percentages or logits",
        "1 row",
        "--kind percent or --kind logits settles it.",
      );
    return saysLogits
      ? { kind: "logits" }
      : { kind: "percent", note: "Every row sums to 100: read as percentages, divided by 100." };
  }
  if (max <= 0 && near(sumExp, 1, 1e-3 * Math.max(1, columns / 1000))) return { kind: "logprobs" };
  if (!saysLogits && max <= 0 && sumExp[0] > 0.5 && sumExp[1] < 1) {
    return ambiguous(
      "no number is above 0 and exp of a row sums to a little less than 1: truncated log-probabilities, or logits",
      `sums ${short(sumExp[0])} … ${short(sumExp[1])}`,
      "--kind logits settles it if they are logits.",
    );
  }
  return { kind: "logits" };
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Refuses rows that cannot be what they are said to be, naming the row. */
export function checkRows(
  kind: GivenKind,
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  offset: number,
  file: string,
): void {
  if (kind === "logits" || kind === "binary-logits") return;
  const unit = kind === "percent" ? 100 : 1;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) {
      const value = values[row * columns + k]!;
      const fine = kind === "logprobs" ? value <= 1e-3 : value >= 0 && value <= unit * (1 + 1e-6);
      // NaN is told apart by the core, with row and column.
      if (!fine && !Number.isNaN(value)) {
        const range = kind === "logprobs" ? "≤ 0" : `in [0, ${unit}]`;
        throw new LogitsError(
          "bad-data",
          `Cannot read ${file} as ${kind}: every number must be ${range}, got ${value} in row ${offset + row}, column ${k}`,
          {
            row: offset + row,
            column: k,
            hint: "--kind logits reads raw scores.",
          },
        );
      }
      sum += kind === "logprobs" ? Math.exp(value) : value;
    }
    if (kind === "binary-probs" || Number.isNaN(sum)) continue;
    if (Math.abs(sum - unit) > 0.05 * unit) {
      throw new LogitsError(
        "bad-data",
        `Cannot read ${file} as ${kind}: every row must sum to ${unit}, got ${short(sum)} in row ${offset + row}`,
        {
          row: offset + row,
          hint: "--kind logits reads raw scores.",
        },
      );
    }
  }
}
