import { applyCalibrator, validateCalibrator } from "../calibrate/index.js";
import { type Batch, type Calibrator, LogitsError } from "../core/index.js";
import { type Explanation, type ExplainOptions as RowOptions, explainRow } from "../triage/index.js";

export interface ExplainOptions extends Omit<RowOptions, "scaled" | "label"> {
  calibrator?: Pick<Calibrator, "method" | "params"> & Partial<Calibrator>;
  /** The true class, by name or index. */
  label?: string | number;
}

/**
 * What one row of logits says, calibrated first when there is a calibrator: winner, runner-up, margin, entropy, and one sentence.
 *
 * @example
 *     explain([3.1, 2.9, -1], { classes: ["cat", "dog", "bird"], calibrator: { method: "temperature", params: { temperature: 1.7 } } }).text
 *     // torn: cat 50.5 % vs dog 44.9 %, 0.20 logits apart
 */
export function explain(logits: ArrayLike<number>, options: ExplainOptions = {}): Explanation {
  const { calibrator, label, ...row } = options;
  const values = Float64Array.from(logits as ArrayLike<number> & Iterable<number>);
  const given: Batch = { kind: "logits", values, rows: 1, classes: values.length };
  const wanted: RowOptions = { ...row };
  if (calibrator) {
    wanted.scaled = applyCalibrator(given, validateCalibrator(calibrator, row.classes ?? values.length)).values;
  }
  if (label !== undefined) wanted.label = labelIndex(label, row.classes ?? [], values.length);
  return explainRow(values, wanted);
}

function labelIndex(label: string | number, names: readonly string[], classes: number): number {
  const index = typeof label === "number" ? label : names.indexOf(label);
  if (Number.isInteger(index) && index >= 0 && index < classes) return index;
  const listed = names.length > 0 ? `one of ${names.slice(0, 8).join(", ")} or ` : "";
  throw new LogitsError(
    "bad-argument",
    `Cannot explain this row: the label must be ${listed}in [0, ${classes - 1}], got ${label}`,
  );
}
