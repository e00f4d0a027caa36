import { type Batch, LogitsError, predictions, type Replicates } from "../core/index.js";
import { checkReplicates } from "./copies.js";
import { detectors as all } from "./detectors.js";
import { inOrder } from "./benign.js";
import { type DetectorReading, type Guard, type GuardRow, type GuardRows, type Tail, tailWords } from "./method.js";
import { place, type Placed, POOLED, type Ready, shares, twoSided } from "./ranks.js";

/** From here on a row is usual: nothing is said of its tail. */
const unusual = 0.05;

/**
 * How unusual rows are among a guard's benign ones.
 *
 * @param replicates where the guard was fitted with them: as many a row or not, of the same kind.
 * @throws "mismatch" for another number of classes, for probabilities where the guard knows logits, and for missing replicates; "not-finite".
 * @example
 *     const [row] = scorer(guard)(batch);
 *     row.p, row.words  // 0.0009, "torn"
 */
export function scorer(guard: Guard): (batch: Batch, replicates?: Replicates) => GuardRow[] {
  const placed = placer(guard);
  return (batch, replicates) => rowsOfPlaced(guard, placed(batch, replicates));
}

/** What a guard says of rows that have been placed. */
export function rowsOfPlaced(
  { method, classes, params }: Guard,
  { rows, place: found, ready }: PlacedRows,
): GuardRow[] {
  const combined = ready.filter(({ detector }) => detector.combined).length;
  const read = new Array<GuardRow>(found.score.length);
  for (let row = 0; row < read.length; row++) {
    const score = found.score[row]!;
    const predicted = rows.scores.predicted[row]!;
    const group = found.group(predicted);
    const p =
      method === "fisher" ? shares(params.again[group]!, score).above : Math.min(1, combined * Math.exp(-score / 2));
    const tail = p <= unusual ? tailOf(ready, found, row) : null;
    read[row] = {
      p,
      tail,
      words: tail ? tailWords[tail] : "usual",
      detectors: readingsOf(ready, found, row),
      score,
      among: group === POOLED ? POOLED : classes[Number(group)]!,
      predicted,
    };
  }
  return read;
}

interface PlacedRows {
  rows: GuardRows;
  place: Placed;
  ready: Ready[];
}

/** Rows among a guard's benign ones, as numbers. */
export function placer(guard: Guard): (batch: Batch, replicates?: Replicates) => PlacedRows {
  const { params, method, classes } = guard;
  const ready: Ready[] = params.detectors.map(({ name, params: own, learned }) => {
    const detector = all.find((one) => one.name === name)!;
    return { detector, values: detector.measure(own, learned, classes.length) };
  });
  const ranks = inOrder(ready, params.ranks);
  const scale = inOrder(ready, params.scale);
  const needs = ready.some(({ detector }) => detector.needs === "replicates");
  return (batch, replicates) => {
    const refuse = (what: string, hint?: string): never => {
      throw new LogitsError(
        "mismatch",
        `Cannot score rows with this guard: ${what}`,
        hint === undefined ? {} : { hint },
      );
    };
    if (batch.classes !== classes.length) refuse(`there must be its ${classes.length} classes, got ${batch.classes}`);
    if (params.kind === "logits" && batch.kind !== "logits")
      refuse(
        `it needs raw logits as those it was fitted on, got ${batch.kind}`,
        "Fit a guard on probabilities, or save the scores before their softmax; --kind says what they are.",
      );
    if (params.kind === "probs" && batch.kind === "logits")
      refuse("it needs probabilities as those it was fitted on, got logits");
    if (needs && !replicates)
      refuse(
        "it needs replicates of each row as it was fitted on, got none",
        "--axes and --replicates-key say where they are.",
      );
    if (replicates) checkReplicates(replicates, batch.rows, batch.classes);
    const rows: GuardRows = { scores: predictions(batch), ...(replicates && { replicates }) };
    return { rows, place: place(method, ready, ranks, scale, rows), ready };
  };
}

function readingsOf(
  ready: readonly Ready[],
  { value, below, above, standing }: Placed,
  row: number,
): Record<string, DetectorReading> {
  const readings: Record<string, DetectorReading> = {};
  for (let d = 0; d < ready.length; d++) {
    const [lower, upper] = [below[d]![row]!, above[d]![row]!];
    const p = twoSided(lower, upper);
    const { detector } = ready[d]!;
    readings[detector.name] = {
      value: value[d]![row]!,
      standing: standing[d]![row]!,
      p,
      tail: p <= unusual ? detector.says[sideOf(lower, upper)] : null,
    };
  }
  return readings;
}

const sideOf = (below: number, above: number): "below" | "above" => (below <= above ? "below" : "above");

/** The side on which the detector with the smallest p-value sees a row, among those that are combined. */
function tailOf(ready: readonly Ready[], { below, above }: Placed, row: number): Tail {
  let smallest = Infinity;
  let tail: Tail = "odd";
  ready.forEach(({ detector }, d) => {
    const [lower, upper] = [below[d]![row]!, above[d]![row]!];
    const p = Math.min(lower, upper);
    if (!detector.combined || p >= smallest) return;
    smallest = p;
    tail = detector.says[sideOf(lower, upper)];
  });
  return tail;
}
