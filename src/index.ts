/** The everyday names of the library. */
import { applyCalibrator, validateCalibrator } from "./calibrate/index.js";
import { type ConformalDocument, type Sets, validateConformal } from "./conform/index.js";
import {
  type Batch,
  type Calibrator,
  type Decision,
  LogitsError,
  type Policy,
  type PolicyState,
  type Source,
} from "./core/index.js";
import { policyVersion, validatePolicy } from "./decide/index.js";
import { type Bytes, bytesOf, openSource, type ReadOptions } from "./formats/index.js";
import { type CalibrateOptions, calibrateSource } from "./plan/calibrate.js";
import { checkPolicy as checkSource, type PolicyCheck } from "./plan/checkPolicy.js";
import { policyRunner } from "./plan/decide.js";
import { collect, sourceOf } from "./plan/collect.js";
import { conformSource, type ConformSourceOptions } from "./plan/conform.js";
import { type EvaluateOptions, type Evaluation, evaluate as evaluateSource } from "./plan/evaluate.js";
import type { Plan } from "./plan/plan.js";
import { thresholdSource } from "./plan/threshold.js";
import type { ThresholdOptions, ThresholdResult } from "./plan/thresholdOptions.js";
import { setsOf } from "./plan/sets.js";
import { type Triage, type TriageOptions, triageSource } from "./triage/index.js";

/** A table of scores: what `read` gives, or a batch of your own; `sourceOf(batch, names)` is one whose classes have names. */
export type Data = Source | Batch;

/**
 * Opens a file of scores and labels. The format and the kind of numbers are detected and stated in `notes`; what is ambiguous is refused
 * with a `LogitsError` of code "ambiguous" that names the option which settles it.
 *
 * @param input a path (Node), the bytes themselves, a `Blob` or `File`, or anything with `byteLength` and `slice(start, end)`.
 * @example
 *     const data = await read("val.npz");
 */
export async function read(
  input: string | Uint8Array | ArrayBuffer | Blob | Bytes,
  options: ReadOptions = {},
): Promise<Source> {
  if (typeof input === "string") {
    const { fileBytes } = await import("./formats/file.js");
    return openSource(await fileBytes(input), options);
  }
  const ready =
    input instanceof Uint8Array || input instanceof ArrayBuffer || input instanceof Blob ? bytesOf(input) : input;
  return openSource(ready, options);
}

/**
 * Learns a calibrator from labelled rows: plain JSON, with what it was fitted on and the metrics of a held-out estimate.
 *
 * @param options.method default "temperature"; "auto" compares all by cross-validated NLL.
 * @throws "no-labels", "infinite-loss" (a masked true label), "bad-argument".
 * @example
 *     const calibrator = await calibrate(data, { method: "temperature" });
 *     calibrator.params.temperature;  // 2.395…
 */
export async function calibrate(
  data: Data,
  options: Omit<CalibrateOptions, "evalSource"> & { eval?: Data } = {},
): Promise<Calibrator> {
  const { eval: evalData, ...rest } = options;
  const { calibrator } = await calibrateSource(asSource(data), {
    ...rest,
    ...(evalData ? { evalSource: asSource(evalData) } : {}),
  });
  return calibrator;
}

/** Every metric of labelled rows, each with its interval and convention. */
export async function evaluate(data: Data, options: EvaluateOptions = {}): Promise<Evaluation> {
  return evaluateSource(asSource(data), options);
}

function asSource(data: Data): Source {
  return "batches" in data ? data : sourceOf(data);
}

export { applyCalibrator, collect, sourceOf, validateCalibrator };
export {
  type Batch,
  type Calibrator,
  LogitsError,
  type Measured,
  predictions,
  type Predictions,
  type Source,
  takeRows,
} from "./core/index.js";
export type { CalibrateOptions, EvaluateOptions, Evaluation, Plan, ReadOptions, Triage, TriageOptions };

/**
 * Rows that deserve a person's eye: torn, confidently wrong, probably mislabelled, unusual; calibrated first when there is a calibrator.
 *
 * @example
 *     const { counts, items } = await triage(data, { calibrator });
 */
export async function triage(
  data: Data,
  options: TriageOptions & { calibrator?: EvaluateOptions["calibrator"] } = {},
): Promise<Triage> {
  const { calibrator: given, ...rest } = options;
  const source = asSource(data);
  const calibrator = given && validateCalibrator(given, source.classes);
  return triageSource(source, calibrator && ((batch) => applyCalibrator(batch, calibrator)), rest);
}
export { explain, type ExplainOptions } from "./plan/explain.js";

/**
 * A threshold that keeps a promise, as a policy; or why it cannot be promised.
 *
 * @param options.positive which classes count: names or indices, several, or "not:normal".
 * @param options.maxFpr, minPrecision, minRecall, maxRisk, budget promises, kept with `confidence` (default 0.95) over draws of the rows; or `at`, `costs`, `beta`,
 *   which promise nothing.
 * @throws "no-labels", "bad-argument", "not-finite", "bad-data" (none of the rows that the goal is about: negatives for `maxFpr`, positives for `minRecall`,
 *   both for most others).
 * @example
 *     const { met, policy, heldOut } = await threshold(data, { positive: "not:normal", maxFpr: 0.01 });
 */
export async function threshold(
  data: Data,
  options: Omit<ThresholdOptions, "evalSource" | "truth"> & { eval?: Data; truth?: Data } = {},
): Promise<ThresholdResult> {
  const { eval: evalData, truth, ...rest } = options;
  return thresholdSource(asSource(data), {
    ...rest,
    ...(evalData ? { evalSource: asSource(evalData) } : {}),
    ...(truth ? { truth: asSource(truth) } : {}),
  });
}

/**
 * What a policy does about each row, and why: its calibrator is applied first.
 *
 * @param state what has happened to the policy since: once it is revoked every decision says so.
 * @throws "mismatch" for rows of other classes, "not-finite".
 * @example
 *     const [{ action, reason }] = await decide({ kind: "logits", values: Float64Array.of(8.2, 1.5), rows: 1, classes: 2 }, policy);
 */
export async function decide(data: Data, policy: Policy, state?: PolicyState): Promise<Decision[]> {
  const source = asSource(data);
  const run = policyRunner(validatePolicy(policy, source.classes), state);
  const decisions: Decision[] = [];
  for await (const batch of source.batches()) for (const decision of run(batch)) decisions.push(decision);
  return decisions;
}

export { policyRunner, policyVersion, validatePolicy };

/**
 * Does a locked policy keep its promises on rows that it was not found on? Exact one-sided tests, at the error that each promise was made with.
 *
 * @param truth for a policy of labels that do not exclude each other: 0 or 1 for each row and label.
 * @throws "bad-data" for a policy that promises nothing or of rows that no promise is about; "no-labels", "mismatch".
 * @example
 *     const { kept, checks } = await checkPolicy(newer, policy);
 */
export async function checkPolicy(data: Data, policy: Policy, truth?: Data): Promise<PolicyCheck> {
  return checkSource(asSource(data), policy, truth && asSource(truth));
}

export type { PolicyCheck };
export { gate, type GateAction, type GateDecision, type GateInput, type GateOptions } from "./plan/gate.js";
export type { Decision, Policy, PolicyState, ThresholdOptions, ThresholdResult };

/**
 * Learns thresholds from labelled rows, so that the sets of new, exchangeable rows hold the truth with probability at least 1 − alpha: plain JSON, with what it was fitted
 * on and a held-out estimate of coverage and size. `logits/conform` has what it is made of.
 *
 * @param options.alpha in (0, 1), default 0.1
 * @param options.score default "raps"; lac, aps, raps, saps, topK, margin, sigmoid
 * @param options.calibrator applied first, and kept in the document
 * @throws "no-labels", "bad-argument"; "bad-data" where a risk cannot be kept by any threshold
 * @example
 *     const document = await conform(data, { alpha: 0.1, score: "raps" });
 *     const sets = predictSets(batch, document);
 *     setOf(sets, 0);  // [3, 5]: one of these, in 90 % of rows
 */
export async function conform(
  data: Data,
  options: Omit<ConformSourceOptions, "evalSource" | "truths" | "evalTruths"> = {},
): Promise<ConformalDocument> {
  const { document, met, warnings } = await conformSource(asSource(data), options);
  if (!met) throw new LogitsError("bad-data", `Cannot make prediction sets: ${warnings.join(" ")}`);
  return document;
}

/** The set of every row, by a document that `conform` gave; its calibrator, if it has one, is applied first. */
export function predictSets(batch: Batch, document: ConformalDocument): Sets {
  return setsOf(batch, validateConformal(document, batch.classes)).sets;
}

export { inSet, setOf } from "./conform/index.js";
export type { ConformalDocument, Sets };
