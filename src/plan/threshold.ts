import { applyCalibrator, validateCalibrator } from "../calibrate/index.js";
import { type Batch, LogitsError, type Policy, type Source } from "../core/index.js";
import {
  type Band,
  bandCounts,
  type BandCounts,
  type BandRates,
  bandRates,
  complement,
  dealt,
  fBetaRate,
  joined,
  policyVersion,
  positiveClasses,
  priorShift,
  type Ranked,
  rankedPieces,
  solve,
  type Solved,
  type Wish,
} from "../decide/index.js";
import { normalLimit } from "../stats/normal.js";
import { calibratedFigures } from "./calibratedFigures.js";
import { collect } from "./collect.js";
import { costPolicy, isActionCosts } from "./costPolicy.js";
import { type DecisionRows, positiveRows, rightRows } from "./decisionRows.js";
import { heldOutCounts } from "./heldOutCounts.js";
import { multilabelThreshold } from "./multilabelThreshold.js";
import { perClassThreshold } from "./perClassThreshold.js";
import { checkSameClasses } from "./sameClasses.js";
import { thresholdCost } from "./thresholdCost.js";
import {
  actionNames,
  envelope,
  type HeldOut,
  refuseOption,
  sameRowsWarning,
  type ThresholdOptions,
  type ThresholdResult,
} from "./thresholdOptions.js";

/** Finds a threshold for the rows of `source`, with what it promises; or says why it cannot be promised. */
export async function thresholdSource(source: Source, given: ThresholdOptions): Promise<ThresholdResult> {
  const options = given.calibrator
    ? { ...given, calibrator: validateCalibrator(given.calibrator, source.classes) }
    : given;
  const { calibrator, evalSource } = options;
  if (evalSource) checkSameClasses(source.classes, evalSource.classes);
  const { truth } = options;
  // Another shape is said with both, later.
  if (truth?.classes.length === source.classes.length) checkSameClasses(source.classes, truth.classes);
  const calibrated = (batch: Batch): Batch => (calibrator ? applyCalibrator(batch, calibrator) : batch);
  const raw = await collect(source);
  if (options.truth) return multilabelThreshold(raw, await collect(options.truth), source.classes, options);
  if (raw.rows === 0) throw new LogitsError("bad-data", "Cannot find a threshold: there must be at least 1 row, got 0");
  const other = evalSource && calibrated(await collect(evalSource));
  const rows = calibrated(raw);
  if (options.perClass) return perClassThreshold(rows, other, source.classes, options, raw);
  if (isActionCosts(options.costs)) return costPolicy(rows, other, source.classes, options, raw);
  return oneThreshold({ raw, rows, ...(other && { other }) }, source.classes, options);
}

function oneThreshold(
  { raw, rows, other }: { raw: Batch; rows: Batch; other?: Batch },
  classes: string[],
  options: ThresholdOptions,
): ThresholdResult {
  const { confidence = 0.95, prior, seed = 0 } = options;
  const wish = wishOf(options, rows.rows);
  const ask = asker(options, classes);
  const question = ask(rows);
  const positives = question.truth.reduce((sum, one) => sum + one, 0);
  checkSides(options, positives, rows);

  const shift = priorShift(prior, positives, rows.rows);
  const pieced = ({ scores, truth }: DecisionRows, piece: Uint8Array): Ranked[] =>
    rankedPieces(shift === 0 ? scores : scores.map((score) => score + shift), truth, piece);
  const whole = (batch: Batch): Ranked => joined(pieced(ask(batch), new Uint8Array(batch.rows)));
  const piece = dealt(rows.rows, seed, rows.offset);
  const pieces = pieced(question, piece);
  const base = {
    rows: rows.rows,
    // Rows without labels are of no kind.
    ...(rows.labels && { positives, negatives: rows.rows - positives }),
    warnings: [],
  };
  const solved = solve(pieces, wish);
  if ("refused" in solved) {
    const { refused, ...counts } = solved;
    return { met: false, reason: `${refused}.`, ...counts, ...base };
  }
  const rated = rater(solved, options, confidence, rows.labels !== undefined);
  const policy = policyOf(solved, shift, classes, options, raw);
  const { low, high } = solved;
  const { guarantee, further } = policy;
  const result: ThresholdResult = {
    met: true,
    policy,
    version: policyVersion(policy),
    at: options.at ?? 1 / (1 + Math.exp(-high)),
    logit: high,
    ...rawLogit(high, shift, classes, options),
    ...(low < high && {
      low: { at: 1 / (1 + Math.exp(-low)), logit: low, ...rawLogit(low, shift, classes, options) },
    }),
    ...(guarantee && { guarantee }),
    ...(further && { further }),
    ...base,
    ...rated(bandCounts(joined(pieces), solved)),
  };
  if (other) {
    const ratedOther = rater(solved, options, confidence, other.labels !== undefined);
    result.heldOut = { source: "file", rows: other.rows, ...ratedOther(bandCounts(whole(other), solved)) };
  } else if (options.at === undefined) result.heldOut = crossValidated(pieces, wish, rated);
  if (options.at !== undefined) {
    if (options.calibrator) result.uncalibrated = rated(bandCounts(whole(raw), solved));
    else if (raw.labels)
      Object.assign(
        result,
        calibratedFigures(raw, piece, (some) => rated(bandCounts(whole(some), solved))),
      );
  }
  if (options.budget !== undefined && result.alerts) {
    const { value, ci } = result.alerts;
    const volume = options.volume ?? rows.rows;
    result.alertsPerVolume = { value: value * volume, ci: [ci[0] * volume, ci[1] * volume] };
  }
  // A temperature of two classes leaves their order as it was, and a threshold that is found by order is then the same with or without it.
  const orderAlone = result.rawLogit !== undefined && options.at === undefined;
  if (!orderAlone) result.warnings.push(...sameRowsWarning(options, raw));
  if (!raw.labels && options.at !== undefined)
    result.warnings.push(
      "Without labels the share of alerts is all that can be told: there is no knowing which are false.",
    );
  result.warnings.push(...warningsOf(result, options));
  return result;
}

/** What a threshold is in the scores as they came; nothing where it is the same, or where rows of the same raw log-odds fall on both sides. */
function rawLogit(
  logit: number,
  shift: number,
  classes: readonly string[],
  { calibrator, maxRisk }: ThresholdOptions,
): { rawLogit?: number } {
  if (!calibrator) return shift === 0 ? {} : { rawLogit: logit - shift };
  const exact = calibrator.method === "temperature" && classes.length === 2 && maxRisk === undefined;
  return exact ? { rawLogit: (logit - shift) * (calibrator.params["temperature"] as number) } : {};
}

/** The wish alone, with a budget as the share of rows that it is. */
function wishOf({ budget, volume, ...options }: ThresholdOptions, rows: number): Wish {
  if (budget === undefined) {
    if (volume !== undefined) refuseOption("volume must come with budget", volume);
    return options as Wish;
  }
  const most = volume ?? rows;
  if (!(most > 0 && most < Infinity)) refuseOption("volume must be a number > 0", most);
  if (!(budget > 0 && budget < most)) refuseOption(`budget must be in (0, ${most}), which is the volume`, budget);
  return { ...(options as Wish), budget: budget / most };
}

/** What is asked of each row: is it positive, or is the winner right. */
function asker(options: ThresholdOptions, classes: readonly string[]): (batch: Batch) => DecisionRows {
  const { positive, maxRisk, prior } = options;
  if (maxRisk !== undefined) {
    if (positive !== undefined)
      refuseOption("positive must be absent with maxRisk, which is about the winner being right", positive);
    if (prior !== undefined) refuseOption("prior must be absent with maxRisk, which is about no positive class", prior);
    return rightRows;
  }
  if (positive === undefined)
    return refuseOption(`positive must be classes (${classes.slice(0, 12).join(", ")}) or not: and classes`, "none");
  return positiveRows(positive, classes, sidesNeeded(options).length > 0);
}

type Side = "positive" | "negative";

/** Which kinds of rows there must be: a promise about one kind is found on that kind alone, a share of all rows needs no label. */
function sidesNeeded({ at, maxFpr, minRecall, maxRisk, budget, prior }: ThresholdOptions): Side[] {
  if (maxRisk !== undefined) return [];
  // The prior of the rows themselves is a share of both.
  if (prior !== undefined) return ["positive", "negative"];
  if (at !== undefined || budget !== undefined) return [];
  if (maxFpr !== undefined && minRecall === undefined) return ["negative"];
  return minRecall !== undefined && maxFpr === undefined ? ["positive"] : ["positive", "negative"];
}

function checkSides(options: ThresholdOptions, positives: number, { rows }: Batch): void {
  const needed = sidesNeeded(options);
  const counts: Record<Side, number> = { positive: positives, negative: rows - positives };
  if (needed.every((side) => counts[side] > 0)) return;
  throw new LogitsError(
    "bad-data",
    `Cannot find a threshold: there must be ${needed.join(" and ")} rows, got ${counts.positive} positive and ${counts.negative} negative`,
  );
}

type Rated = Omit<HeldOut, "source" | "rows">;

/** Which figures there are of what was found. */
function rater(
  { low, high }: Band,
  { maxRisk, costs, beta, prior }: ThresholdOptions,
  confidence: number,
  labelled: boolean,
): (counts: BandCounts) => Rated {
  return (counts) => {
    const rates: BandRates = bandRates(counts, low < high, confidence, prior);
    if (!labelled) return { alerts: rates.alerts, ...(rates.asked && { asked: rates.asked }) };
    if (maxRisk !== undefined) return { coverage: rates.alerts, risk: complement(rates.precision) };
    if (beta !== undefined) return { ...rates, fBeta: fBetaRate(counts, beta, confidence, prior) };
    if (costs && !isActionCosts(costs))
      return { ...rates, cost: thresholdCost(counts, rates, costs, prior, normalLimit(confidence)) };
    return rates;
  };
}

/** By the rows of each piece, and what the others find. */
function crossValidated(
  pieces: readonly Ranked[],
  wish: Wish,
  rated: (counts: BandCounts) => Rated,
): NonNullable<ThresholdResult["heldOut"]> {
  const { counts, refused } = heldOutCounts(pieces, wish);
  if (counts === undefined || refused > 0) return { source: "cv5", refused };
  return { source: "cv5", rows: Object.values(counts).reduce((sum, one) => sum + one, 0), ...rated(counts) };
}

function policyOf(
  { low, high, guarantees }: Exclude<Solved, { refused: string }>,
  shift: number,
  classes: string[],
  options: ThresholdOptions,
  raw: Batch,
): Policy {
  if (options.maxRisk !== undefined) {
    const [accept, abstain] = actionNames(options, ["accept", "ask"]);
    const params = { threshold: high, accept: accept!, abstain: abstain! };
    return envelope({ method: "selective", params }, guarantees, options, classes, raw);
  }
  const positive = positiveClasses(options.positive!, classes).map((k) => classes[k]!);
  const common: Policy["params"] = { positive, ...(shift === 0 ? {} : { shift }) };
  if (low < high) {
    const [above, between, below] = actionNames(options, ["alert", "ask", "pass"]) as [string, string, string];
    const params = { ...common, low, high, above, between, below };
    return envelope({ method: "band", params }, guarantees, options, classes, raw);
  }
  const [above, below] = actionNames(options, ["alert", "pass"]) as [string, string];
  const params = { ...common, threshold: high, above, below };
  return envelope({ method: "threshold", params }, guarantees, options, classes, raw);
}

/** What a person should know before trusting the figures. */
function warningsOf(
  { guarantee, further = [], heldOut }: ThresholdResult,
  { prior, rules = [] }: ThresholdOptions,
): string[] {
  if (!guarantee) return [];
  const warnings: string[] = [];
  if (heldOut?.source === "file" && !("refused" in heldOut))
    for (const { rate, side, bound } of [guarantee, ...further]) {
      // Where a person is asked between two thresholds, recall is about what does not pass.
      const found = rate === "recall" && heldOut.missed ? complement(heldOut.missed) : heldOut[rate];
      if (found && (side === "at least" ? found.ci[1] < bound : found.ci[0] > bound))
        warnings.push(
          `On the other rows the promise does not hold: ${rate} is ${Number(found.value.toPrecision(4))}. They are not like the rows that it was made on.`,
        );
    }
  if (prior !== undefined)
    warnings.push(
      guarantee.prior === undefined
        ? `The promise is about rows of one kind (${guarantee.rate}), so a prior of ${prior} does not change it, as long as each kind is as it is here.`
        : `The promise is about rows of which ${prior} are positive, as long as each kind is as it is here.`,
    );
  if (rules.length > 0 && [guarantee, ...further].some(({ rate }) => rate !== "fpr" && rate !== "alerts"))
    warnings.push("The promise is about the threshold: rules take rows away from what it alerts of, or accepts.");
  warnings.push(
    "It holds for rows like these, and dies when the rows change: test it again on newer ones with --check.",
  );
  return warnings;
}
