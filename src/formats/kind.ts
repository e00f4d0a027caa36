import { type Kind, LogitsError } from "../core/index.js";
import type { KindEvidence, LogEvidence } from "./kindEvidence.js";

/** How unlikely a coincidence must be before it is evidence. */
const never = 2e-3;

export interface Detected {
  kind: Kind | "percent";
  note?: string;
}

/** What a file says of an array by its name. */
type Claim = "logits" | "probs" | "logprobs" | undefined;

const claims: [RegExp, Claim][] = [
  [/^logits?$/i, "logits"],
  [/^(probs?|probabilit(y|ies)|proba)$/i, "probs"],
  [/^log_?prob(s|abilities)?$/i, "logprobs"],
];

/**
 * What the numbers are, from how they look and what the file calls them; what has two honest readings is refused with the flag that settles it.
 *
 * @param name what the file calls the array ("logits", "probs", …), when it does.
 */
export function detectKind(evidence: KindEvidence, file: string, name?: string): Detected {
  const claim = claims.find(([pattern]) => pattern.test(name ?? ""))?.[1];
  const refuse = (what: string, got: string, hint: string): never => {
    throw new LogitsError("ambiguous", `Cannot tell what the numbers of ${file} are: ${what}, got ${got}`, { hint });
  };
  if (evidence.columns === 1)
    return refuse(
      "one number a row may be the log-odds or the probability of the second class",
      "1 column",
      "--kind binary-logits or --kind binary-probs settles it.",
    );
  return (
    unitInterval(evidence, claim, name, refuse) ??
    percentages(evidence, claim, name, refuse) ??
    logarithms(evidence, claim, refuse) ??
    counts(evidence, refuse) ?? { kind: "logits" }
  );
}

/** Whether no rows that follow can make scores of the rows so far something else, or rows of one kind another. */
export function kindIsSettled(evidence: KindEvidence, name?: string): boolean {
  const { columns, min, sum, logs, truncated } = evidence;
  // One column is ambiguous however many rows there are.
  if (columns === 1) return true;
  let detected: Detected;
  try {
    detected = detectKind(evidence, "", name);
  } catch (error) {
    if (LogitsError.isInstance(error)) return false;
    throw error;
  }
  if (detected.kind !== "logits") return true;
  const mayBeLogarithms = logs.natural.possible || truncated.possible;
  const mayBeCounts = min >= 0 && (sum[1] - sum[0]) / 2 <= 0.02 * ((sum[0] + sum[1]) / 2);
  return !mayBeLogarithms && !mayBeCounts;
}

type Refuse = (what: string, got: string, hint: string) => never;

/** Numbers in [0, 1], or as near as another program's noise. */
function unitInterval(
  evidence: KindEvidence,
  claim: Claim,
  name: string | undefined,
  refuse: Refuse,
): Detected | undefined {
  const { min, max, sum, digits, rows } = evidence;
  const sums = `row sums ${short(sum[0])} … ${short(sum[1])}`;
  const off = distance(sum, 1);
  const sumsToOne = off <= sumTolerance(evidence, 1);
  if (min < 0 || max > 1) {
    if (sumsToOne && min >= -1e-3 && max <= 1 + 1e-3)
      refuse(
        "every row sums to 1, but not every number is in [0, 1]: probabilities with noise, or scores",
        `numbers from ${String(min)} to ${String(max)}`,
        "Set what lies outside [0, 1] to its end if these are probabilities; --kind logits reads scores.",
      );
    return undefined;
  }
  if (evidence.onlyZeroOne)
    refuse(
      "only 0 and 1 occur: decisions or one-hot labels, not scores",
      "no other number",
      "--kind probs takes them as certain probabilities; --logits-key names another array.",
    );
  if (sumsToOne && claim === "logits")
    refuse(
      "the array is named logits, but every row is in [0, 1] and sums to 1",
      "both",
      "--kind probs or --kind logits settles it.",
    );
  if (sumsToOne && claim !== "probs" && coincidence(off, digits, 1) ** rows > never)
    refuse(
      `the numbers have ${digits} digits, so that so few rows may sum to 1 by chance: probabilities or logits`,
      `${rows} ${rows === 1 ? "row" : "rows"}`,
      "--kind probs or --kind logits settles it.",
    );
  if (sumsToOne)
    return digits <= 6
      ? {
          kind: "probs",
          note: `Probabilities are rounded to ${digits} digits: 0 means less than ${0.5 * 10 ** -digits}.`,
        }
      : { kind: "probs" };
  if (claim === "logits")
    return {
      kind: "logits",
      note: "All logits lie in [0, 1]; they are read as logits because the file calls them so.",
    };
  if (claim === "probs") refuse(`the array is named ${name}, but its rows do not sum to 1`, sums, notProbs);
  return refuse(
    "every number is in [0, 1] but rows do not sum to 1: independent (multilabel) probabilities, truncated probabilities, or logits that happen to lie there",
    sums,
    "--kind logits settles it if they are logits.",
  );
}

const notProbs =
  "--kind logits reads them as scores; one independent probability a label is not a distribution over classes.";

function percentages(
  evidence: KindEvidence,
  claim: Claim,
  name: string | undefined,
  refuse: Refuse,
): Detected | undefined {
  const { min, max, sum, digits, rows } = evidence;
  const off = distance(sum, 100);
  if (min >= 0 && max <= 100 + 1e-6 && off <= sumTolerance(evidence, 100)) {
    const chance = coincidence(off / 100, digits + 2, 1) ** rows;
    const percent: Detected = { kind: "percent", note: "Every row sums to 100: read as percentages, divided by 100." };
    if (claim === "probs") return percent;
    if (claim === "logits")
      return chance > never
        ? { kind: "logits" }
        : refuse(
            "the array is named logits, but every row is in [0, 100] and sums to 100",
            "both",
            "--kind percent or --kind logits settles it.",
          );
    if (rows > 1 && chance <= never) return percent;
    refuse(
      `${rows === 1 ? "one row that sums" : `${rows} rows that sum`} to 100 may be percentages or logits`,
      rows === 1 ? "1 row" : `${rows} rows`,
      "--kind percent or --kind logits settles it.",
    );
  }
  if (claim === "probs")
    refuse(
      `the array is named ${name}, but its rows do not sum to 1`,
      `row sums ${short(sum[0])} … ${short(sum[1])}`,
      notProbs,
    );
  return undefined;
}

/** Logarithms of probabilities: to base e a kind of its own; to another base, or negated, nothing that may be read as scores. */
function logarithms(evidence: KindEvidence, claim: Claim, refuse: Refuse): Detected | undefined {
  const { digits, columns, logs, truncated, min, max } = evidence;
  const fits = ({ possible, sum, rate }: LogEvidence): boolean => {
    const rounding = digits <= 6 ? 0.6 * 10 ** -digits * Math.abs(rate) : 0;
    return possible && distance(sum, 1) <= Math.min(0.02, 1e-3 * Math.max(1, columns / 1000) + rounding);
  };
  if (fits(logs.natural) && max <= 1e-6) return { kind: "logprobs" };
  const settle = (change: string): string => `${change}; or --kind logits if they are scores.`;
  for (const [base, reading] of [
    ["2", logs.two],
    ["10", logs.ten],
  ] as const)
    if (fits(reading))
      refuse(
        `they look like log-probabilities to base ${base}, which as natural logarithms give wrong probabilities`,
        `Σ ${base}^x of every row near 1`,
        settle(`Multiply them by ln ${base} = ${Math.log(Number(base)).toFixed(6)}`),
      );
  if (min >= -1e-6 && logs.negative.some(fits))
    refuse(
      "they look like negated log-probabilities (surprisals), where the most probable class has the smallest number",
      "Σ exp(−x) of every row near 1",
      settle("Negate them (and multiply bits by ln 2)"),
    );
  if (claim !== "logits" && truncated.possible && truncated.sum[1] > 0.5)
    refuse(
      "no number is above 0 and exp of a row sums to a little less than 1: truncated log-probabilities, or logits",
      `sums ${short(truncated.sum[0])} … ${short(truncated.sum[1])}`,
      "--kind logits settles it if they are logits.",
    );
  if (claim === "logprobs")
    refuse(
      "the array is named log-probabilities, but exp of its rows does not sum to 1",
      max > 0 ? `numbers up to ${short(max)}` : "sums far from 1",
      "--kind logits reads them as scores.",
    );
  return undefined;
}

/** Nothing negative and one sum for all rows: votes, counts, or probabilities in another unit. */
function counts(evidence: KindEvidence, refuse: Refuse): undefined {
  const { min, sum, digits, rows, columns, variance } = evidence;
  const middle = (sum[0] + sum[1]) / 2;
  if (min < 0 || rows < 2 || !(middle > 0)) return undefined;
  const off = (sum[1] - sum[0]) / 2;
  // Sums of independent scores would spread like this.
  const spread = Math.sqrt(columns * Math.max(variance, 1e-300));
  if (off <= 0.02 * middle && coincidence(off, digits, spread) ** (rows - 1) <= never)
    refuse(
      `nothing is negative and every row sums to ${short(middle)}: votes, counts, or probabilities in another unit`,
      `row sums ${short(sum[0])} … ${short(sum[1])}`,
      `Divide each row by its sum and use --kind probs; or --kind logits if they are scores.`,
    );
  return undefined;
}

const distance = (range: [number, number], to: number): number =>
  Math.max(Math.abs(range[0] - to), Math.abs(range[1] - to));

/** Chance that a sum of numbers with so many digits, spread over `spread`, comes within `off` of a given one. */
function coincidence(off: number, digits: number, spread: number): number {
  return Math.min(1, (2 * off + 10 ** -digits) / spread);
}

/** How far a row of probabilities (times `unit`) may be from its sum: rounding of each number, or of f16, bf16 and f32. */
function sumTolerance({ columns, digits }: KindEvidence, unit: number): number {
  const rounding = digits <= 6 ? columns * 0.5 * 10 ** -digits : 0;
  return Math.min(0.05 * unit, Math.max(1e-3 * unit, rounding * (1 + 1e-9)));
}

export function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
