import { applyCalibrator, exchangeabilityWarning } from "../calibrate/index.js";
import {
  type ConformalDocument,
  type ConformOptions,
  type Controlled,
  type ControlOptions,
  conformalRisks,
  conformalScores,
  controlRisk,
  type Coverage,
  type CoverageLaw,
  coverageLaw,
  coverageWarning,
  fitConformal,
  type JsonNumber,
  meanRisk,
  measureSets,
  predictSets,
  type Sets,
  validateConformal,
} from "../conform/index.js";
import {
  type Batch,
  type Calibrator,
  fittedOn,
  LogitsError,
  type Params,
  shuffled,
  type Source,
  takeRows,
} from "../core/index.js";
import { collect } from "./collect.js";

export interface ConformSourceOptions
  extends Omit<ConformOptions, "classes">,
    Omit<ControlOptions, "truths" | "classes"> {
  /** Applied to all rows first, and kept in the document. */
  calibrator?: Calibrator;
  /** Rows on which coverage is measured; without them a seeded 5-fold estimate. */
  evalSource?: Source;
  /** Tables of 0 and 1 (rows × classes) where rows have several true classes: of the calibration rows, and of the others. */
  truths?: Source;
  evalTruths?: Source;
}

/** What `logits conform FILE --json` prints, and the document to save. */
export interface Conformed {
  score: string;
  alpha: number;
  /** In the unit of the score; a list where groups, classes or clusters have their own. */
  threshold: JsonNumber | JsonNumber[];
  thresholds?: { name: string; threshold: JsonNumber; rows: number; rank: number }[];
  procedure: ConformalDocument["params"]["procedure"];
  fit: { rows: number; rank: number };
  /** What coverage can be expected, over draws of the calibration rows. */
  law?: CoverageLaw;
  eval?: Measured;
  /** Sizes with and without the calibrator. */
  calibrated?: { meanSize: number; without: number };
  warnings: string[];
  /** False where nothing can be promised. */
  met: boolean;
  document: ConformalDocument;
}

type Measured = { source: "file" | "cv5"; risk?: { name: string; value: number } } & Partial<Coverage> &
  Pick<Coverage, "rows" | "meanSize" | "sizes">;

const folds = 5;
/** Sets whose mean size a calibrator raises by this factor are worth a word. */
const inflated = 1.05;

/** Fits sets on labelled rows, and measures what they do on others. */
export async function conformSource(source: Source, options: ConformSourceOptions = {}): Promise<Conformed> {
  const { calibrator, evalSource, truths: table, evalTruths, ...wanted } = options;
  if (evalTruths && !(evalSource && table))
    throw new LogitsError(
      "bad-argument",
      `Cannot measure the risk: evalTruths must come with ${table ? "eval: the rows they are of" : "truths of the calibration rows"}, got none`,
    );
  const raw = await collect(source);
  const truths = table && (await collect(table)).values;
  const setup: Setup = { options: { ...wanted, classes: source.classes }, ...(truths && { truths }) };
  const calibrate = (batch: Batch): Batch => (calibrator ? applyCalibrator(batch, calibrator) : batch);
  const rows = calibrate(raw);
  const { document, warnings, met } = fit(rows, setup);
  if (calibrator) document.calibrator = { method: calibrator.method, params: calibrator.params };
  document.fittedOn = fittedOn(raw);
  const other = evalSource && (await collect(evalSource));
  if (evalSource) validateConformal(document, evalSource.classes);
  const otherTruths = evalTruths && (await collect(evalTruths)).values;
  if (other && truths && !otherTruths)
    throw new LogitsError(
      "no-labels",
      "Cannot measure the risk: the other rows must have a table of truths too, got none",
    );
  const measured = (apply: (batch: Batch) => Batch, from: ConformalDocument, all: Batch): Measured =>
    other
      ? measure(apply(other), from, source.classes, "file", otherTruths)
      : crossValidated(all, setup, source.classes);
  const evaluation = measured(calibrate, document, rows);
  if (other) {
    const differ = exchangeabilityWarning(rows, calibrate(other));
    if (differ) warnings.push(differ.replace("What was learned may not carry over", "Coverage may not carry over"));
  }
  if (evaluation.coverage) {
    const low = coverageWarning(document, evaluation as Coverage);
    if (low) warnings.push(low);
    document.metrics = { coverage: evaluation.coverage.value, meanSize: evaluation.meanSize };
  }
  const result = { ...summary(document, warnings, met), eval: evaluation };
  if (!calibrator || !conformalScores.find(({ name }) => name === document.method)?.adaptive) return result;
  const without = measured((batch) => batch, fit(raw, setup).document, raw).meanSize;
  const calibrated = { meanSize: evaluation.meanSize, without };
  if (evaluation.meanSize > inflated * without)
    warnings.push(
      `${calibrator.method} makes these adaptive sets larger: ${evaluation.meanSize.toFixed(2)} classes on average, ${without.toFixed(2)} without it. Coverage is the same: fit ${document.method} without the calibrator, or use lac.`,
    );
  return { ...result, calibrated };
}

interface Setup {
  options: ConformOptions & ControlOptions;
  truths?: ArrayLike<number>;
}

/** Split conformal prediction, or the risk control that was asked for. */
function fit(batch: Batch, { options, truths }: Setup): Controlled {
  if (options.risk === undefined && options.control === undefined && !truths) {
    const { risk: _, riskParams = {}, control: __, delta, ...own } = options;
    const [alone] = delta === undefined ? Object.keys(riskParams) : ["delta"];
    if (alone !== undefined)
      throw new LogitsError("bad-argument", `Cannot make prediction sets: risk must be given with ${alone}, got none`);
    return { ...fitConformal(batch, own), met: true };
  }
  const { by, group, clusters, keepScores, ...own } = options;
  const alien = Object.entries({ group, clusters, keepScores, by: by === "all" ? undefined : by }).find(
    ([, value]) => value !== undefined && value !== false,
  );
  if (alien)
    throw new LogitsError(
      "bad-argument",
      `Cannot control a risk: ${alien[0]} must be left out, got ${String(alien[1])}`,
    );
  return controlRisk(batch, { ...own, ...(truths && { truths }) });
}

function summary(document: ConformalDocument, warnings: string[], met: boolean): Omit<Conformed, "eval"> {
  const { alpha, thresholds, procedure, by, groups } = document.params;
  const law = coverageLaw(document);
  const name = (at: number): string =>
    by === "class" ? (document.classes?.[at] ?? String(at)) : by === "group" ? groups![at]! : `cluster ${at}`;
  return {
    score: document.method,
    alpha,
    threshold: thresholds.length === 1 ? thresholds[0]!.score : thresholds.map(({ score }) => score),
    ...(thresholds.length > 1 && {
      thresholds: thresholds.map(({ score, rows, rank }, at) => ({ name: name(at), threshold: score, rows, rank })),
    }),
    procedure,
    fit: { rows: document.fittedOn!.rows, rank: thresholds[0]!.rank },
    ...(law && { law }),
    warnings,
    met,
    document,
  };
}

/** Sets of calibrated rows on which the truth is known. */
function measure(
  batch: Batch,
  document: ConformalDocument,
  classes: readonly string[],
  from: Measured["source"],
  truths?: ArrayLike<number>,
): Measured {
  return measureOf(predictSets(batch, document, { calibrated: true }), batch, document, classes, from, truths);
}

function measureOf(
  sets: Sets,
  batch: Batch,
  { params }: ConformalDocument,
  classes: readonly string[],
  from: Measured["source"],
  truths?: ArrayLike<number>,
): Measured {
  const risk = conformalRisks.find(({ name }) => name === params.risk?.name);
  const { name: _, ...riskParams } = params.risk ?? { name: "" };
  const kept = risk && { risk: { name: risk.name, value: meanRisk(risk, riskParams as Params, sets, batch, truths) } };
  if (!truths) return { source: from, ...kept, ...measureSets(sets, batch, classes, params.column) };
  const sizes: Record<string, number> = {};
  let total = 0;
  for (const size of sets.sizes) {
    sizes[size] = (sizes[size] ?? 0) + 1;
    total += size;
  }
  return { source: from, ...kept, rows: sets.rows, meanSize: total / sets.rows, sizes };
}

/** Every row's set by thresholds that have not seen it. Which fold a row is in depends on the seed and its index alone. */
function crossValidated(given: Batch, setup: Setup, classes: readonly string[]): Measured {
  const seed = setup.options.seed ?? 0;
  // Rows of a fold keep their own random numbers.
  const batch = { ...given, ids: given.ids ?? Array.from({ length: given.rows }, (_, row) => String(row)) };
  const order = shuffled(batch.rows, seed, "folds");
  const used = Math.min(folds, batch.rows);
  const words = Math.ceil(batch.classes / 32);
  const whole: Sets = {
    rows: batch.rows,
    classes: batch.classes,
    words,
    mask: new Uint32Array(batch.rows * words),
    sizes: new Int32Array(batch.rows),
    everything: new Uint8Array(batch.rows),
    unseen: 0,
  };
  const pick = (indices: Uint32Array): Setup => ({
    options: setup.options,
    ...(setup.truths && { truths: truthRows(setup.truths, indices, batch.classes) }),
  });
  let document: ConformalDocument | undefined;
  for (let fold = 0; fold < used; fold++) {
    const held = order.filter((_, i) => i % used === fold);
    const rest = used === 1 ? held : order.filter((_, i) => i % used !== fold).sort();
    document = fit(takeRows(batch, rest), pick(rest)).document;
    const sets = predictSets(takeRows(batch, held), document, { calibrated: true });
    whole.unseen += sets.unseen;
    for (let i = 0; i < held.length; i++) {
      whole.mask.set(sets.mask.subarray(i * words, (i + 1) * words), held[i]! * words);
      whole.sizes[held[i]!] = sets.sizes[i]!;
      whole.everything[held[i]!] = sets.everything[i]!;
    }
  }
  return measureOf(whole, batch, document!, classes, "cv5", setup.truths);
}

function truthRows(truths: ArrayLike<number>, rows: ArrayLike<number>, classes: number): Float64Array {
  const out = new Float64Array(rows.length * classes);
  for (let i = 0; i < rows.length; i++)
    for (let k = 0; k < classes; k++) out[i * classes + k] = truths[rows[i]! * classes + k]!;
  return out;
}
