import { type Batch, checkParams, LogitsError, type Params, predictions, type Source } from "../core/index.js";
import { confidentlyWrong } from "./confidentlyWrong.js";
import { marginsOf } from "./margins.js";
import type { Search, TriageItem, TriageMethod, TriageRows } from "./method.js";
import { mislabelled } from "./mislabelled.js";
import { torn } from "./torn.js";
import { unusual } from "./unusual.js";

/** Every verdict there is, in the order of their items. */
export const verdicts: readonly TriageMethod[] = [confidentlyWrong, mislabelled, torn, unusual];

export interface Triage {
  rows: number;
  counts: {
    errors: number;
    torn: number;
    /** Of the torn rows, the wrong ones. */
    tornErrors: number;
    confidentlyWrong: number;
    mislabelled: number;
    unusual: number;
  };
  items: TriageItem[];
}

export interface TriageOptions {
  classes?: readonly string[];
  /** Torn below this difference of the two largest probabilities; default 0.1. */
  torn?: number;
  /** Confidently wrong above this probability; default 0.9. */
  wrong?: number;
  /** Unusual among this share of rows, by either score; default 0.01. */
  unusual?: number;
  /** Items a verdict; default 20, Infinity for all. */
  top?: number;
}

/**
 * Rows that deserve a person's eye: torn, confidently wrong, probably mislabelled, unusual, each with the numbers that made it so. A row may have
 * several verdicts. Counts are of all rows; items are the strongest of each verdict.
 *
 * Without labels only torn and unusual are found; unusual needs raw logits.
 *
 * @param calibrated scores whose softmax is trusted.
 * @param raw the same rows as the model gave them; left out when there are none.
 * @throws "bad-argument" for a parameter out of range, "mismatch" when names or rows do not belong together, "not-finite".
 * @example
 *     const { counts, items } = triage(applyCalibrator(batch, calibrator), batch, { top: 5 });
 */
export function triage(calibrated: Batch, raw?: Batch, options: TriageOptions = {}): Triage {
  const searches = startSearches(calibrated, raw, options);
  const rows = rowsOf(calibrated, raw);
  for (const search of searches) search.survey?.(rows);
  for (const search of searches) search.inspect(rows);
  return finish(searches, rows.scores.rows, errorsOf(rows));
}

/**
 * `triage` of a table that is read in batches, twice: the same result, while only one batch and two numbers a row are in memory.
 *
 * @param calibrate calibrated scores of a batch; left out when the scores are to be taken as they are.
 */
export async function triageSource(
  source: Source,
  calibrate: (batch: Batch) => Batch = (batch) => batch,
  options: TriageOptions = {},
): Promise<Triage> {
  const wanted = { classes: source.classes, ...options };
  let searches: Search[] | undefined;
  for await (const batch of source.batches({ reuse: true })) {
    const calibrated = calibrate(batch);
    searches ??= startSearches(calibrated, batch, wanted);
    const rows = rowsOf(calibrated, batch);
    for (const search of searches) search.survey?.(rows);
  }
  if (!searches) throw new LogitsError("bad-data", "Cannot triage this table: it must have at least 1 row, got 0");
  let seen = 0;
  let errors = 0;
  for await (const batch of source.batches({ reuse: true })) {
    const rows = rowsOf(calibrate(batch), batch);
    for (const search of searches) search.inspect(rows);
    seen += batch.rows;
    errors += errorsOf(rows);
  }
  return finish(searches, seen, errors);
}

function startSearches(calibrated: Batch, raw: Batch | undefined, options: TriageOptions): Search[] {
  const { top = 20, classes = Array.from({ length: calibrated.classes }, (_, k) => String(k)) } = options;
  if (classes.length !== calibrated.classes) {
    throw new LogitsError(
      "mismatch",
      `Cannot triage: there must be one name a class (${calibrated.classes}), got ${classes.length}`,
    );
  }
  if (!(top >= 0)) throw new LogitsError("bad-argument", `Cannot triage: top must be a number ≥ 0, got ${top}`);
  const known: Record<string, number | undefined> = { ...options } as never;
  return verdicts
    .filter(({ needs }) => needs !== "labels" || calibrated.labels)
    .filter(({ needs }) => needs !== "raw" || raw?.kind === "logits")
    .map((method) => {
      const given: Params = {};
      for (const { name } of method.params) if (known[name] !== undefined) given[name] = known[name];
      return method.start(checkParams(method, given), { classes, top });
    });
}

function rowsOf(calibrated: Batch, raw: Batch | undefined): TriageRows {
  if (raw && (raw.rows !== calibrated.rows || raw.classes !== calibrated.classes)) {
    throw new LogitsError(
      "mismatch",
      `Cannot triage: the raw scores must be ${calibrated.rows} × ${calibrated.classes} like the calibrated ones, got ${raw.rows} × ${raw.classes}`,
    );
  }
  const scores = predictions(calibrated);
  if (raw?.kind !== "logits") return { scores, ...marginsOf(scores), raw: undefined };
  return { scores, ...marginsOf(scores), raw: raw === calibrated ? scores : predictions(raw) };
}

function errorsOf({ scores }: TriageRows): number {
  let errors = 0;
  for (const correct of scores.correct ?? []) errors += 1 - correct;
  return errors;
}

function finish(searches: Search[], rows: number, errors: number): Triage {
  const counts: Triage["counts"] = { errors, torn: 0, tornErrors: 0, confidentlyWrong: 0, mislabelled: 0, unusual: 0 };
  const items: TriageItem[] = [];
  for (const search of searches) {
    const found = search.finish();
    Object.assign(counts, found.counts);
    items.push(...found.items);
  }
  return { rows, counts, items };
}
