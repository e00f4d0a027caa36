import { LogitsError, type Policy, type PolicyState } from "../core/index.js";
import { validatePolicy } from "../decide/index.js";
import { readJsonFile } from "./jsonFile.js";

/** The policy of a file, checked; against the classes of the scores where they are known. */
export async function readPolicyFile(path: string, classes?: readonly string[]): Promise<Policy> {
  return validatePolicy(await readJsonFile(path, "a policy"), classes);
}

/** What a file says has happened to a policy. */
export async function readStateFile(path: string): Promise<PolicyState> {
  const state = (await readJsonFile(path, "a policy's state")) as PolicyState | null;
  const { policy, revoked } = state ?? {};
  if (
    typeof policy === "string" &&
    (revoked === undefined || (typeof revoked?.at === "string" && typeof revoked.reason === "string"))
  )
    return state!;
  throw new LogitsError(
    "bad-data",
    `Cannot read ${path}: a policy's state must be {policy, revoked?: {at, reason}}, got ${JSON.stringify(state)?.slice(0, 60)}`,
  );
}
