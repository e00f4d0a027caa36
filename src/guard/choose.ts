import { type Batch, checkParams, LogitsError, type Params } from "../core/index.js";
import { detectors as all } from "./detectors.js";
import type { GuardOptions } from "./fit.js";
import type { Detector } from "./method.js";
import { noiseOdds } from "./noiseOdds.js";

/** The detectors that are wanted and possible, with their parameters. */
export function choose(
  batch: Batch,
  { detectors: wanted, params = {}, replicates, atRest = true }: GuardOptions,
  notes: string[],
): { detector: Detector; params: Params }[] {
  const names = all.map(({ name }) => name);
  for (const name of [...(wanted ?? []), ...Object.keys(params)])
    if (!names.includes(name))
      throw new LogitsError(
        "bad-argument",
        `Cannot fit a guard: detectors must be some of ${names.join(", ")}, got ${name}`,
      );
  const idle = wanted && Object.keys(params).find((name) => !wanted.includes(name));
  if (idle !== undefined)
    throw new LogitsError(
      "bad-argument",
      `Cannot fit a guard: detectors must have ${idle} where ${Object.keys(params[idle]!).join(", ")} is given, got ${wanted!.join(", ")}`,
    );
  const normalised = batch.kind !== "logits";
  const left: string[] = [];
  const chosen = all.filter((detector) => {
    if (wanted && !wanted.includes(detector.name)) return false;
    const why = impossible(detector);
    if (why === undefined) return true;
    if (wanted) throw new LogitsError("mismatch", `Cannot fit a guard: ${detector.name} ${why}`);
    if (detector.gauge === "raw") left.push(detector.name);
    else if (detector === noiseOdds && replicates) notes.push(`noiseOdds is left out: it ${why}.`);
    return false;
  });
  if (left.length > 0)
    notes.push(
      `${left.join(", ")} are left out: they need raw logits, and these are ${batch.kind === "probs" ? "probabilities" : "log-probabilities"}.`,
    );
  if (!chosen.some(({ combined }) => combined))
    throw new LogitsError(
      "bad-argument",
      "Cannot fit a guard: at least one detector must be one that is combined, got none",
    );
  return chosen.map((detector) => ({ detector, params: checkParams(detector, params[detector.name]) }));

  function impossible(detector: Detector): string | undefined {
    if (detector.gauge === "raw" && normalised) return `needs raw logits, got ${batch.kind}`;
    if (detector.needs === "replicates" && !replicates) return "needs replicates, got none";
    if (detector === noiseOdds && !atRest) return "needs the row at rest, and here it is the mean of its replicates";
    return undefined;
  }
}
