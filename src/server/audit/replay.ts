import { type Batch, type Decision, LogitsError, type Policy, type PolicyState } from "../../core/index.js";
import { validatePolicy } from "../../decide/index.js";
import { policyRunner } from "../../plan/decide.js";
import { numeral } from "../quoted.js";
import { batchOf } from "../scoresKept.js";
import { readable, recordsOf } from "./verify.js";

/** Decisions made again from their records. */
export interface Replay {
  /** Rows that were decided again. */
  rows: number;
  same: number;
  /** Rows whose scores are not in the record, only their hash. */
  withoutScores: number;
  /** Decisions that come out otherwise. */
  differ: { seq: number; id: string; row: number; recorded: unknown; now: unknown }[];
}

type Kept = [action: string, about: string, p: number | string, margin: number | string, policy?: string];

interface Body {
  policy: string;
  numbers: Batch["kind"];
  rows: number;
  classes: number;
  dtype: string;
  revoked?: PolicyState["revoked"];
  /** Where a canary decided some of the rows. */
  canaryRevoked?: PolicyState["revoked"];
  decisions: Kept[];
}

/**
 * Decides again about every recorded row whose scores were kept, with the policies that the trail itself holds.
 *
 * @param only the id of one request.
 */
export function replayTrail(folder: string, only?: string): Replay {
  const replay: Replay = { rows: 0, same: 0, withoutScores: 0, differ: [] };
  const policies = new Map<string, Policy>();
  const runners = new Map<string, (batch: Batch) => Decision[]>();
  const runner = (version: string, revoked: PolicyState["revoked"]): ((batch: Batch) => Decision[]) => {
    const key = `${version} ${JSON.stringify(revoked)}`;
    let run = runners.get(key);
    if (run) return run;
    const policy = policies.get(version);
    if (!policy)
      throw new LogitsError(
        "bad-data",
        `Cannot decide again: the trail must hold policy ${version}, got none before its first decision`,
      );
    run = policyRunner(policy, revoked && { policy: version, revoked });
    runners.set(key, run);
    return run;
  };
  const decideAgain = (seq: number, id: string, recorded: Body, scores: Uint8Array): void => {
    const batch = batchOf(recorded, scores);
    const again = new Map<string, Decision[]>();
    recorded.decisions.forEach((kept, row) => {
      const version = kept[4] ?? recorded.policy;
      let decisions = again.get(version);
      if (!decisions) {
        const revoked = version === recorded.policy ? recorded.revoked : recorded.canaryRevoked;
        again.set(version, (decisions = runner(version, revoked)(batch)));
      }
      const { action, class: about, p, margin } = decisions[row]!;
      const now: Kept = [action, about, p, margin];
      replay.rows++;
      if (sameNumbers(kept, now)) replay.same++;
      else replay.differ.push({ seq, id, row, recorded: kept.slice(0, 4), now });
    });
  };
  let found = only === undefined;
  for (const { kind, id, seq, day, body, scores } of recordsOf(folder)) {
    if (kind === "policy") policies.set(id, validatePolicy(JSON.parse(body).policy));
    if (kind !== "decide" || (only !== undefined && id !== only)) continue;
    found = true;
    const recorded: Body = JSON.parse(body);
    if (scores) readable(folder, day, () => decideAgain(seq, id, recorded, scores));
    else replay.withoutScores += recorded.rows;
  }
  if (!found)
    throw new LogitsError(
      "bad-data",
      `Cannot decide again about ${only}: the trail must hold a request with this id, got none`,
    );
  return replay;
}

function sameNumbers(a: Kept, b: Kept): boolean {
  const text = (value: number | string): string => (typeof value === "number" ? numeral(value) : `"${value}"`);
  return a[0] === b[0] && a[1] === b[1] && text(a[2]) === text(b[2]) && text(a[3]) === text(b[3]);
}

/** One record as it is written out: scores as base64. */
export function* exported(folder: string): Generator<string> {
  for (const { seq, at, kind, id, body, scores } of recordsOf(folder)) {
    yield JSON.stringify({
      seq,
      at: new Date(at).toISOString(),
      kind,
      id,
      ...JSON.parse(body),
      ...(scores && { scores: Buffer.from(scores).toString("base64") }),
    });
  }
}
