import { applyCalibrator, validateCalibrator } from "../calibrate/index.js";
import { type Batch, type Calibrator, hashBatch, LogitsError, type Policy, type Rule, type Source } from "../core/index.js";
import {
  type Band,
  bandCounts,
  type BandCounts,
  type BandRates,
  bandRates,
  joined,
  logOddsOf,
  policyVersion,
  positiveClasses,
  priorShift,
  type Ranked,
  rankedPieces,
  type Rate,
  solve,
  sumCounts,
  validatePolicy,
  winnersOf,
  type Wish,
} from "../decide/index.js";
import { collect } from "./collect.js";

export interface ThresholdOptions extends Wish {
  /** Which classes are positive: names or indices, several, or "not:normal". Not with `maxRisk`, which is about the winner being right. */
  positive?: string | number | readonly (string | number)[];
  calibrator?: Calibrator;
  /** Rows that the figures are measured on as well; without them a seeded 5-fold estimate. */
  evalSource?: Source;
  /** Default 0. */
  seed?: number;
  /** Names of the actions, from the surest positive down: two for one threshold, three for two. */
  actions?: readonly string[];
  rules?: Rule[];
  name?: string;
  whenRevoked?: string;
}

/** What was found, what it promises and how it fares. */
export interface ThresholdResult {
  /** False when the promise cannot be made, and then there is no policy. */
  met: boolean;
  /** Why not. */
  reason?: string;
  /** The fewest rows with which it could be, and how many there are, where that is why. */
  needed?: number;
  have?: number;
  policy?: Policy;
  /** `policyVersion` of the policy. */
  version?: string;
  /** The threshold as P, and as log-odds. */
  at?: number;
  logit?: number;
  /** The lower of two thresholds. */
  low?: { at: number; logit: number };
  guarantee?: Policy["guarantee"];
  further?: Policy["further"];
  rows: number;
  positives: number;
  negatives: number;
  /** On the rows that the threshold was found on: optimistic, where it was found by looking for the best. */
  alerts?: Rate;
  fpr?: Rate;
  precision?: Rate;
  recall?: Rate;
  asked?: Rate;
  missed?: Rate;
  /** On rows that the threshold was not found on. */
  heldOut?: ({ source: "file" | "cv5"; rows: number } & BandRates) | { source: "cv5"; refused: number };
  /** The same threshold on the scores as they were before the calibrator. */
  uncalibrated?: BandRates;
  warnings: string[];
}

/** Scores that a threshold is held against, and which rows are positive. */
interface Question {
  scores: Float64Array;
  truth: Uint8Array;
}

/** Finds a threshold for the rows of `source`, with what it promises; or says why it cannot be promised. */
export async function thresholdSource(source: Source, options: ThresholdOptions): Promise<ThresholdResult> {
  const { calibrator: given, evalSource, seed = 0, confidence = 0.95, prior } = options;
  const calibrator = given && validateCalibrator(given, source.classes);
  const raw = await collect(source);
  const calibrated = (batch: Batch): Batch => (calibrator ? applyCalibrator(batch, calibrator) : batch);
  const ask = asker(options, source.classes);
  const question = ask(calibrated(raw));
  const positives = question.truth.reduce((sum, one) => sum + one, 0);
  const rows = raw.rows;
  const warnings: string[] = [];
  checkSides(options, positives, rows);

  const shift = priorShift(prior, positives, rows);
  const shifted = ({ scores, truth }: Question): Ranked[] =>
    rankedPieces(shift === 0 ? scores : scores.map((score) => score + shift), truth, seed, raw.offset);
  const pieces = shifted(question);
  const base = { rows, positives, negatives: rows - positives };
  const solved = solve(pieces, options);
  if ("refused" in solved) {
    const { refused, ...counts } = solved;
    return { met: false, reason: `${refused}.`, ...counts, ...base, warnings };
  }
  const banded = solved.low < solved.high;
  const rated = (counts: BandCounts): BandRates => bandRates(counts, banded, confidence, prior);
  const policy = policyOf(solved, shift, source.classes, options, calibrator, raw);
  const result: ThresholdResult = {
    met: true,
    policy,
    version: policyVersion(policy),
    at: 1 / (1 + Math.exp(-solved.high)),
    logit: solved.high,
    ...(banded && { low: { at: 1 / (1 + Math.exp(-solved.low)), logit: solved.low } }),
    ...(policy.guarantee && { guarantee: policy.guarantee }),
    ...(policy.further && { further: policy.further }),
    ...base,
    ...rated(bandCounts(joined(pieces), solved)),
    warnings,
  };
  if (evalSource) {
    const batch = await collect(evalSource);
    validatePolicy(policy, evalSource.classes);
    const other = joined(shifted(ask(calibrated(batch))));
    result.heldOut = { source: "file", rows: batch.rows, ...rated(bandCounts(other, solved)) };
  } else if (options.at === undefined) result.heldOut = crossValidated(pieces, options, rated);
  if (calibrator && options.at !== undefined)
    result.uncalibrated = rated(bandCounts(joined(shifted(ask(raw))), solved));
  return result;
}

/** What is asked of each row: is it positive, or is the winner right. */
function asker(options: ThresholdOptions, classes: readonly string[]): (batch: Batch) => Question {
  const labelled = (batch: Batch): Int32Array => {
    if (batch.labels) return batch.labels;
    throw new LogitsError("no-labels", "Cannot find a threshold: every row must have a label, got none", {
      hint: "Name the labels with --labels-key (arrays) or --labels-column (tables).",
    });
  };
  if (options.maxRisk !== undefined) {
    if (options.positive !== undefined)
      throw new LogitsError(
        "bad-argument",
        `Cannot find a threshold: positive must be absent with maxRisk, which is about the winner being right, got ${options.positive}`,
      );
    return (batch) => {
      const labels = labelled(batch);
      const { winners, logOdds } = winnersOf(batch);
      return { scores: logOdds, truth: Uint8Array.from(winners, (winner, row) => (winner === labels[row] ? 1 : 0)) };
    };
  }
  if (options.positive === undefined)
    throw new LogitsError(
      "bad-argument",
      `Cannot find a threshold: positive must be classes (${classes.slice(0, 12).join(", ")}) or not: and classes, got none`,
    );
  const positive = positiveClasses(options.positive, classes);
  return (batch) => ({
    scores: logOddsOf(batch, positive),
    truth: Uint8Array.from(labelled(batch), (label) => (positive.includes(label) ? 1 : 0)),
  });
}

/** What cannot be measured without rows of both kinds. */
function checkSides({ maxRisk, budget, prior }: ThresholdOptions, positives: number, rows: number): void {
  if (maxRisk !== undefined || (budget !== undefined && prior === undefined)) return;
  if (positives > 0 && positives < rows) return;
  throw new LogitsError(
    "bad-data",
    `Cannot find a threshold: there must be positive and negative rows, got ${positives} positive and ${rows - positives} negative`,
  );
}

/** Found on four pieces, measured on the fifth, five times. */
function crossValidated(
  pieces: readonly Ranked[],
  wish: Wish,
  rated: (counts: BandCounts) => BandRates,
): NonNullable<ThresholdResult["heldOut"]> {
  const parts: BandCounts[] = [];
  let refused = 0;
  for (const [held, piece] of pieces.entries()) {
    const found = solve(
      pieces.filter((_, k) => k !== held),
      wish,
    );
    if ("refused" in found) refused++;
    else parts.push(bandCounts(piece, found));
  }
  if (refused > 0) return { source: "cv5", refused };
  const counts = sumCounts(parts);
  return { source: "cv5", rows: Object.values(counts).reduce((sum, one) => sum + one, 0), ...rated(counts) };
}

function policyOf(
  { low, high, guarantees }: Band & { guarantees: NonNullable<Policy["further"]> },
  shift: number,
  classes: string[],
  options: ThresholdOptions,
  calibrator: Calibrator | undefined,
  rows: Batch,
): Policy {
  const banded = low < high;
  const selective = options.maxRisk !== undefined;
  const names = actionNames(options, banded, selective);
  const limits: Policy["params"] = banded ? { low, high } : { threshold: high };
  const actions: Policy["params"] = selective
    ? { accept: names[0]!, abstain: names[1]! }
    : { above: names[0]!, ...(banded && { between: names[1]! }), below: names.at(-1)! };
  const positive: Policy["params"] = selective
    ? {}
    : { positive: positiveClasses(options.positive!, classes).map((k) => classes[k]!) };
  const policy: Policy = {
    kind: "policy",
    version: 1,
    ...(options.name !== undefined && { name: options.name }),
    method: selective ? "selective" : banded ? "band" : "threshold",
    params: { ...positive, ...limits, ...(shift === 0 ? {} : { shift }), ...actions },
    classes,
    ...(calibrator && { calibrator: { method: calibrator.method, params: calibrator.params } }),
    ...(options.rules && options.rules.length > 0 && { rules: options.rules }),
    ...(guarantees[0] && { guarantee: guarantees[0] }),
    ...(guarantees.length > 1 && { further: guarantees.slice(1) }),
    ...(options.whenRevoked !== undefined && { whenRevoked: options.whenRevoked }),
    fittedOn: { rows: rows.rows, hash: hashBatch(rows), date: new Date().toISOString().slice(0, 10) },
  };
  return validatePolicy(policy);
}

function actionNames({ actions }: ThresholdOptions, banded: boolean, selective: boolean): readonly string[] {
  const own = selective ? ["accept", "ask"] : banded ? ["alert", "ask", "pass"] : ["alert", "pass"];
  if (!actions) return own;
  if (actions.length === own.length) return actions;
  // Three names serve where one threshold was enough in the end.
  if (actions.length === 3 && !banded && !selective) return [actions[0]!, actions[2]!];
  throw new LogitsError(
    "bad-argument",
    `Cannot find a threshold: actions must be ${own.length} names (as ${own.join(", ")}), got ${actions.join(", ")}`,
  );
}
