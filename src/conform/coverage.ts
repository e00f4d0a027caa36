import { type Batch, LogitsError } from "../core/index.js";
import { betaQuantile } from "../stats/beta.js";
import { proportion, type Rate } from "../stats/proportion.js";
import type { ConformalDocument } from "./document.js";
import { inSet, type Sets } from "./sets.js";

/** A share with its Clopper–Pearson interval (95 %). */
export type Share = Rate;

/** What sets do on labelled rows. */
export interface Coverage {
  rows: number;
  /** Share of rows whose set holds the truth. */
  coverage: Share;
  meanSize: number;
  /** Rows by size of their set. */
  sizes: Record<string, number>;
  /** Coverage where sets have this size. */
  bySize: { size: number; rows: number; coverage: Share }[];
  /** Coverage of rows of this true class, and the size of their sets. */
  byClass: { class: string; rows: number; coverage: Share; meanSize: number }[];
  byGroup?: { group: string; rows: number; coverage: Share; meanSize: number }[];
}

/** Counts of rows and of those covered, by key. */
class Tally {
  rows = 0;
  covered = 0;
  size = 0;
  add(covered: boolean, size: number): void {
    this.rows++;
    if (covered) this.covered++;
    this.size += size;
  }
  get share(): Share {
    return proportion(this.covered, this.rows);
  }
}

/** Coverage of sets: overall, by their size, by true class, by group. */
export function measureSets(sets: Sets, batch: Batch, classes?: readonly string[], group?: string): Coverage {
  const { labels, rows } = batch;
  if (!labels)
    throw new LogitsError("no-labels", "Cannot measure coverage: every row must have a label, got none", {
      hint: "Name the labels with --labels-key (arrays) or --labels-column (tables).",
    });
  const all = new Tally();
  const bySize = new Map<number, Tally>();
  const byClass = new Map<number, Tally>();
  const byGroup = new Map<string, Tally>();
  const column = group === undefined ? undefined : batch.slices?.[group];
  for (let row = 0; row < rows; row++) {
    const covered = inSet(sets, row, labels[row]!);
    const size = sets.sizes[row]!;
    all.add(covered, size);
    tallyOf(bySize, size).add(covered, size);
    tallyOf(byClass, labels[row]!).add(covered, size);
    if (column) tallyOf(byGroup, column[row]!).add(covered, size);
  }
  const stratum = (tally: Tally) => ({ rows: tally.rows, coverage: tally.share, meanSize: tally.size / tally.rows });
  const ordered = <Key extends number | string>(found: Map<Key, Tally>): [Key, Tally][] =>
    [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    rows,
    coverage: all.share,
    meanSize: all.size / rows,
    sizes: Object.fromEntries(ordered(bySize).map(([size, tally]) => [String(size), tally.rows])),
    bySize: ordered(bySize).map(([size, tally]) => ({ size, rows: tally.rows, coverage: tally.share })),
    byClass: ordered(byClass).map(([k, tally]) => ({ class: classes?.[k] ?? String(k), ...stratum(tally) })),
    ...(column && { byGroup: ordered(byGroup).map(([name, tally]) => ({ group: name, ...stratum(tally) })) }),
  };
}

function tallyOf<Key>(found: Map<Key, Tally>, key: Key): Tally {
  let tally = found.get(key);
  if (!tally) found.set(key, (tally = new Tally()));
  return tally;
}

/**
 * What coverage can be expected: over draws of the calibration rows it follows Beta(k, n + 1 − k), whatever the data are, as long as no scores are tied.
 *
 * Vovk, ACML 2012.
 */
export interface CoverageLaw {
  /** k and n + 1 − k. */
  beta: [number, number];
  mean: number;
  /** 90 % of calibration draws give a coverage in here. */
  range: [number, number];
}

/** The law of a document with one finite threshold from split conformal prediction; undefined for others. */
export function coverageLaw({ params }: ConformalDocument): CoverageLaw | undefined {
  const [only, ...more] = params.thresholds;
  if (!only || more.length > 0 || params.procedure !== "split" || only.rank > only.rows) return undefined;
  const [a, b] = [only.rank, only.rows + 1 - only.rank];
  return { beta: [a, b], mean: a / (a + b), range: [betaQuantile(0.05, a, b), betaQuantile(0.05, a, b, true)] };
}

/**
 * A warning when coverage is lower than exchangeable rows would have it: more than 3 standard deviations below the mean of the beta-binomial law that the
 * number of covered rows then follows.
 */
export function coverageWarning(document: ConformalDocument, { rows, coverage }: Coverage): string | undefined {
  const law = coverageLaw(document);
  if (!law) return undefined;
  const total = law.beta[0] + law.beta[1];
  const deviation = Math.sqrt((law.mean * (1 - law.mean) * (total + rows)) / (rows * (total + 1)));
  const z = (coverage.value - law.mean) / deviation;
  if (!(z < -3)) return undefined;
  return `Coverage is ${(100 * coverage.value).toFixed(2)} % where ${(100 * law.mean).toFixed(2)} % was promised, ${(-z).toFixed(1)} standard deviations too low: these rows are not exchangeable with the calibration rows.`;
}
