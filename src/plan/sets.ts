import { applyCalibrator, validateCalibrator } from "../calibrate/index.js";
import {
  type ConformalDocument,
  type Coverage,
  coverageWarning,
  measureSets,
  predictSets,
  type RowPValues,
  rowPValues,
  type Sets,
  setOf,
  validateConformal,
} from "../conform/index.js";
import type { Batch, Source } from "../core/index.js";
import { collect } from "./collect.js";

/** One row's set, as `logits conform FILE --sets C.json` writes it. */
export interface SetRow {
  id?: string;
  row: number;
  set: string[];
  size: number;
  /** True where the set holds every class for want of calibration rows. */
  everything?: true;
  label?: string;
  covered?: boolean;
  p?: number[];
  credibility?: number;
  confidence?: number;
}

/** What some rows came to, beside their sets. */
export interface SetsOfSource {
  rows: number;
  unseen: number;
  coverage?: Coverage;
  warnings: string[];
}

/** Applies a document to rows in batches; the document's calibrator first. */
export function setsOf(batch: Batch, document: ConformalDocument): { sets: Sets; calibrated: Batch } {
  const calibrated = document.calibrator
    ? applyCalibrator(batch, validateCalibrator({ ...document.calibrator, kind: "calibrator" }, batch.classes))
    : batch;
  return { sets: predictSets(calibrated, document, { calibrated: true }), calibrated };
}

/** The set of every row, one after another as they are read. */
export async function applySets(
  source: Source,
  given: unknown,
  write: (row: SetRow) => void | Promise<void>,
): Promise<SetsOfSource> {
  const document = validateConformal(given, source.classes);
  const all = await collect(source);
  const { sets, calibrated } = setsOf(all, document);
  const pValues = document.params.calibration && rowPValues(calibrated, document, { calibrated: true });
  for (let row = 0; row < all.rows; row++) await write(setRow(all, sets, row, source.classes, pValues?.(row)));
  const warnings: string[] = [];
  if (sets.unseen > 0)
    warnings.push(
      `${sets.unseen.toLocaleString("en")} of ${all.rows.toLocaleString("en")} rows are of a ${document.params.column} that calibration has not seen: their sets hold every class.`,
    );
  if (!all.labels) return { rows: all.rows, unseen: sets.unseen, warnings };
  const coverage = measureSets(sets, all, source.classes, document.params.column);
  const low = coverageWarning(document, coverage);
  if (low) warnings.push(low);
  return { rows: all.rows, unseen: sets.unseen, coverage, warnings };
}

function setRow(all: Batch, sets: Sets, row: number, classes: readonly string[], p?: RowPValues): SetRow {
  const label = all.labels?.[row];
  const set = setOf(sets, row);
  return {
    ...(all.ids && { id: all.ids[row]! }),
    row: (all.offset ?? 0) + row,
    set: set.map((k) => classes[k]!),
    size: set.length,
    ...(sets.everything[row] === 1 && { everything: true as const }),
    ...(label !== undefined && { label: classes[label]!, covered: set.includes(label) }),
    ...(p && { p: Array.from(p.p), credibility: p.credibility, confidence: p.confidence }),
  };
}
