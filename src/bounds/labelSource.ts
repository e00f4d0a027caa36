import { type Batch, LogitsError, type Source } from "../core/index.js";
import type { LabelScore, LabelScores } from "./labelScores.js";

export interface LabelSourceOptions {
  /** The true label of each row: a name, or its index. */
  truth?: readonly (string | number)[];
  ids?: readonly string[];
  /**
   * What stands for a label that is not listed: "error" refuses (default); "mask" makes it −Infinity, as if it could not occur; "upper" takes the
   * largest score that it may have. Both are said in `notes`, with how often.
   */
  missing?: "error" | "mask" | "upper";
}

/**
 * Label scores of many inputs as a table of logits that `calibrate`, `evaluate` and `triage` take: one row an input, one class a label. The softmax of a row
 * is the probability of each label among the labels; `capture.coverage` has the mass that the labels had among all tokens, at least.
 *
 * @throws "bad-data" for a label that is not listed, unless `missing` says what to do; "mismatch" for rows with other labels.
 * @example
 *     const data = labelSource(captures.map((capture) => scoreLabels(capture, ["yes", "no"])), { truth });
 *     const calibrator = await calibrate(data);
 */
export function labelSource(rows: readonly LabelScores[], options: LabelSourceOptions = {}): Source {
  const { missing = "error", truth, ids } = options;
  const labels = rows[0]?.labels;
  if (!labels) throw new LogitsError("bad-data", "Cannot make a table of labels: there must be at least 1 row, got 0");
  const values = new Float64Array(rows.length * labels.length);
  const mass: number[] = [];
  const absent = new Map<string, number>();
  for (const [row, { labels: own, scores }] of rows.entries()) {
    if (own.length !== labels.length || own.some((label, k) => label !== labels[k]))
      throw new LogitsError(
        "mismatch",
        `Cannot make a table of labels: every row must have ${labels.join(", ")}, got ${own.join(", ")} in row ${row}`,
        { row },
      );
    for (const [k, score] of scores.entries()) {
      if (score.logprob === undefined) absent.set(labels[k]!, (absent.get(labels[k]!) ?? 0) + 1);
      values[row * labels.length + k] = score.logprob ?? standIn(score, missing, labels[k]!, row);
    }
    mass.push(
      Math.min(
        1,
        scores.reduce((sum, { lo }) => sum + Math.exp(lo), 0),
      ),
    );
  }
  const batch: Batch = { kind: "logits", values, rows: rows.length, classes: labels.length, offset: 0 };
  if (truth) batch.labels = indices(truth, labels, rows.length);
  if (ids) batch.ids = [...ids];
  const how = missing === "mask" ? "read as −Infinity" : "read as the largest score that they may have";
  return {
    capture: { kind: "logits", stage: rows[0]!.stage, coverage: { topK: labels.length, mass } },
    classes: [...labels],
    rows: rows.length,
    ...(truth ? { labels: { from: "truth", base: "names" as const } } : {}),
    notes: [...absent].map(([label, count]) => `${label} was not listed in ${count} of ${rows.length} rows: ${how}.`),
    async *batches() {
      yield batch;
    },
  };
}

function standIn({ lo, hi }: LabelScore, missing: LabelSourceOptions["missing"], label: string, row: number): number {
  if (missing === "mask") return -Infinity;
  if (missing === "upper") return hi;
  const between = `[${lo.toPrecision(4)}, ${hi.toPrecision(4)}]`;
  throw new LogitsError(
    "bad-data",
    `Cannot make a table of labels: every label must be listed, got a score anywhere in ${between} for ${label} in row ${row}`,
    { row, hint: 'Ask the server for more top_logprobs; or missing: "mask" or "upper" says what stands for it.' },
  );
}

function indices(truth: readonly (string | number)[], labels: readonly string[], rows: number): Int32Array {
  if (truth.length !== rows)
    throw new LogitsError("bad-data", `Cannot use the truth: there must be one a row (${rows}), got ${truth.length}`);
  return Int32Array.from(truth, (one, row) => {
    const index = typeof one === "number" ? one : labels.indexOf(one);
    if (Number.isInteger(index) && index >= 0 && index < labels.length) return index;
    throw new LogitsError(
      "bad-data",
      `Cannot use the truth: each must be one of ${labels.join(", ")}, got ${one} in row ${row}`,
      { row },
    );
  });
}
