import { applyCalibrator } from "../calibrate/index.js";
import { type Batch, hashBatch, LogitsError, type Policy, type Source } from "../core/index.js";
import {
  type Band,
  bandCounts,
  type BandCounts,
  checkGuarantee,
  type GuaranteeCheck,
  joined,
  policyVersion,
  rankedPieces,
  validatePolicy,
} from "../decide/index.js";
import { collect } from "./collect.js";
import { checkSameClasses } from "./sameClasses.js";
import { type DecisionRows, labelRows, positiveRows, rightRows, wonRows } from "./decisionRows.js";

export interface PolicyCheck {
  /** `policyVersion`. */
  policy: string;
  /** False when one promise is broken. */
  kept: boolean;
  rows: number;
  checks: GuaranteeCheck[];
  /** What a person should know before relying on it. */
  warnings: string[];
}

/**
 * Tests a policy's promises again, on rows that it was not found on; see `checkGuarantee` for what "broken" means.
 *
 * @param truth for a policy of labels that do not exclude each other: 0 or 1 for each row and label.
 * @throws "bad-data" for a policy that promises nothing or of rows that no promise is about; "no-labels", "mismatch".
 */
export async function checkPolicy(source: Source, policy: Policy, truth?: Source): Promise<PolicyCheck> {
  validatePolicy(policy, source.classes);
  const { guarantee, further = [], calibrator, params } = policy;
  const refuse = (must: string, got: string): never => {
    throw new LogitsError("bad-data", `Cannot check this policy: ${must}, got ${got}`);
  };
  if (!guarantee) return refuse("it must promise something", "no guarantee");
  if (!["threshold", "band", "selective", "perClass", "multilabel"].includes(policy.method))
    return refuse("its method must be threshold, band, selective, perClass or multilabel", policy.method);
  if ((policy.method === "multilabel") !== (truth !== undefined))
    return refuse("a table of truth must come with labels that do not exclude each other", truth ? "one" : "none");
  const raw = await collect(source);
  if (raw.rows === 0) return refuse("there must be at least 1 row", "0");
  if (truth?.classes.length === source.classes.length) checkSameClasses(source.classes, truth.classes);
  const rows = calibrator ? applyCalibrator(raw, calibrator) : raw;
  const countsOf = counter(policy, rows, truth && (await collect(truth)));
  const checks = [guarantee, ...further].map((one) => checkGuarantee(one, countsOf(one.class)));
  if (checks.every(({ status }) => status === "untested"))
    return refuse("some row must be one that a promise is about", `none of ${rows.rows} (${describe(params)})`);
  return {
    policy: policyVersion(policy),
    kept: checks.every(({ status }) => status !== "broken"),
    rows: rows.rows,
    checks,
    warnings: checkWarnings(policy, raw),
  };
}

function checkWarnings({ fittedOn, rules = [] }: Policy, rows: Batch): string[] {
  const warnings: string[] = [];
  if (fittedOn && fittedOn.hash === hashBatch(rows))
    warnings.push("These are the rows that the policy was found on: they cannot test it. Take others.");
  if (rules.length > 0)
    warnings.push(
      "The promise was tested without the policy's rules, which may put another action in the place of its own.",
    );
  return warnings;
}

/** How many rows are alerted, asked about and passed, of each truth; for one class, where there is a threshold a class. */
function counter(
  { method, params, classes, guarantee }: Policy,
  rows: Batch,
  truth: Batch | undefined,
): (name?: string) => BandCounts {
  const shift = (params["shift"] ?? 0) as number;
  const count = ({ scores, truth }: DecisionRows, band: Band): BandCounts => {
    const moved = shift === 0 ? scores : scores.map((score) => score + shift);
    return bandCounts(joined(rankedPieces(moved, truth, new Uint8Array(rows.rows))), band);
  };
  if (method === "perClass" || method === "multilabel") {
    const won = truth ? labelRows(rows, truth) : wonRows(rows);
    const thresholds = params["thresholds"] as Record<string, number | null>;
    return (name) => {
      const at = thresholds[name ?? ""] ?? Infinity;
      return count(won(classes.indexOf(name ?? "")), { low: at, high: at });
    };
  }
  const high = (params["high"] ?? params["threshold"]) as number;
  const low = (params["low"] ?? high) as number;
  const asked =
    method === "selective"
      ? rightRows
      : positiveRows(
          params["positive"] as string[],
          classes,
          guarantee?.rate !== "alerts" || guarantee.prior !== undefined,
        );
  const counts = count(asked(rows), { low, high });
  return () => counts;
}

function describe(params: Policy["params"]): string {
  const positive = params["positive"];
  return Array.isArray(positive) ? `positive are ${positive.join(", ")}` : "by the winner";
}
