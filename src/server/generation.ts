import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { validateCalibrator } from "../calibrate/index.js";
import {
  type Batch,
  type Calibrator,
  type Decision,
  LogitsError,
  type Policy,
  type PolicyState,
} from "../core/index.js";
import { type EachDecision, policyVersion, validatePolicy } from "../decide/index.js";
import { policyRunner, policyRunnerOfEach } from "../plan/decide.js";

/** Where policies come from. */
export interface PolicySources {
  /** A policy, or a folder of them; a calibrator beside them serves those that bring none. */
  policy: string;
  /** A policy (a file, or a name in the folder) whose decisions are only recorded. */
  shadow?: string;
  /** A policy that decides this share of the rows, by a hash of their ids. */
  canary?: { policy: string; share: number };
  /** A guard: evidence for each row, and the alarm. */
  guard?: string;
}

/** A policy, made ready. */
export interface Serving {
  name: string;
  version: string;
  policy: Policy;
  /** The file it came from. */
  file: string;
  state?: PolicyState;
  decide(batch: Batch): Decision[];
  each: EachDecision;
  /** Whether its sentences are JSON as they are: no name in them needs an escape. */
  plain: boolean;
}

/** Everything that requests are answered with at one moment: swapped as a whole, so that no request sees half of two. */
export interface Generation {
  number: number;
  /** Text of every file, by path: what brings this generation back. */
  texts: Map<string, string>;
  named: Map<string, Serving>;
  /** What decides where a request names no policy. */
  main?: Serving;
  shadow?: Serving;
  canary?: Serving & { share: number };
  /** As it was read; whoever scores checks it. */
  guard?: unknown;
}

/** Every file that the sources name, now. */
export function filesOf(sources: PolicySources): string[] {
  const paths = [...policyFiles(sources.policy)];
  for (const one of [sources.shadow, sources.canary?.policy, sources.guard]) {
    if (one !== undefined && isFile(one)) paths.push(resolve(one));
  }
  if (sources.guard !== undefined && !isFile(sources.guard)) {
    throw new LogitsError("bad-data", `Cannot serve with guard ${sources.guard}: it must be a file, got none there`);
  }
  return paths;
}

/** The text of each. */
export function readTexts(sources: PolicySources): Map<string, string> {
  return new Map(filesOf(sources).map((path) => [path, readFileSync(path, "utf8")]));
}

function policyFiles(path: string): string[] {
  const there = statSync(path, { throwIfNoEntry: false });
  if (!there)
    throw new LogitsError("bad-data", `Cannot serve ${path}: it must be a policy or a folder, got nothing there`);
  if (!there.isDirectory()) return [resolve(path)];
  return readdirSync(path)
    .filter((name) => name.endsWith(".json") && !name.startsWith("."))
    .sort()
    .map((name) => resolve(join(path, name)));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/**
 * Checks all documents and makes them ready: all of them, or an error that says which file is wrong.
 *
 * @param states what has happened to policies so far, by version.
 */
export function makeGeneration(
  sources: PolicySources,
  texts: Map<string, string>,
  number: number,
  states: ReadonlyMap<string, PolicyState>,
): Generation {
  const documents = [...texts].map(([path, text]) => ({ path, document: parsed(path, text) }));
  const ofKind = (kind: string) => documents.filter(({ document }) => document["kind"] === kind);
  const guardPath = sources.guard === undefined ? undefined : resolve(sources.guard);
  for (const { path, document } of documents) {
    if (path === guardPath || ["policy", "calibrator", "guard"].includes(String(document["kind"]))) continue;
    throw refusal(path, `kind must be "policy", "calibrator" or "guard", got ${JSON.stringify(document["kind"])}`);
  }
  const [calibrator, second] = ofKind("calibrator");
  if (second)
    throw refusal(second.path, `a folder must have one calibrator at most, got also ${basename(calibrator!.path)}`);
  const servings = ofKind("policy").map(({ path, document }) =>
    within(path, () => makeServing(path, document, calibrator?.document, states)),
  );
  const named = new Map<string, Serving>();
  for (const one of servings) {
    const twin = named.get(one.name);
    if (twin)
      throw refusal(one.file, `each policy must have a name of its own, got ${one.name} as in ${basename(twin.file)}`);
    named.set(one.name, one);
  }
  const find = (given: string | undefined, flag: string): Serving | undefined => {
    if (given === undefined) return undefined;
    const found = named.get(given) ?? servings.find(({ file }) => file === resolve(given));
    if (found) return found;
    throw new LogitsError(
      "bad-data",
      `Cannot serve: ${flag} must be a policy (a file, or a name in the folder), got ${given}`,
    );
  };
  const shadow = find(sources.shadow, "shadow");
  const canary = find(sources.canary?.policy, "canary");
  const main = mainOf(servings.filter((one) => one !== shadow && one !== canary));
  if (servings.length === 0)
    throw new LogitsError(
      "bad-data",
      `Cannot serve ${sources.policy}: it must hold a policy, got ${documents.map(({ document }) => document["kind"]).join(", ") || "none"}`,
    );
  for (const other of [shadow, canary]) if (other) checkBeside(other, main);
  const guard = guardPath === undefined ? ofKind("guard")[0] : documents.find(({ path }) => path === guardPath);
  return {
    number,
    texts,
    named,
    ...(main && { main }),
    ...(shadow && { shadow }),
    ...(canary && { canary: { ...canary, share: sources.canary!.share } }),
    ...(guard && { guard: guard.document }),
  };
}

function mainOf(servings: Serving[]): Serving | undefined {
  const named = (name: string): Serving | undefined => servings.find((one) => one.name === name);
  return servings.length === 1 ? servings[0] : (named("default") ?? named("policy"));
}

function checkBeside(other: Serving, main: Serving | undefined): void {
  if (!main)
    throw new LogitsError(
      "bad-data",
      `Cannot serve ${other.name} beside a main policy: one must be alone or be named "default", got none`,
    );
  within(other.file, () => validatePolicy(other.policy, main.policy.classes));
}

function makeServing(
  path: string,
  document: Record<string, unknown>,
  calibrator: Record<string, unknown> | undefined,
  states: ReadonlyMap<string, PolicyState>,
): Serving {
  let policy = validatePolicy(document);
  if (!policy.calibrator && calibrator) {
    const { method, params }: Calibrator = validateCalibrator(calibrator, policy.classes);
    policy = { ...policy, calibrator: { method, params } };
  }
  const version = policyVersion(policy);
  const state = states.get(version);
  const name = policy.name ?? basename(path).replace(/\.json$/, "");
  return {
    name,
    version,
    policy,
    file: path,
    ...(state && { state }),
    decide: policyRunner(policy, state),
    each: policyRunnerOfEach(policy, state),
    plain: !JSON.stringify([policy, state]).includes("\\"),
  };
}

function parsed(path: string, text: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw refusal(path, `it must be a JSON document, got ${(error as Error).message}`);
  }
  if (typeof document === "object" && document !== null && !Array.isArray(document))
    return document as Record<string, unknown>;
  throw refusal(path, "it must be a JSON object, got another value");
}

function within<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!LogitsError.isInstance(error)) throw error;
    throw new LogitsError(error.code, `${basename(path)}: ${error.message}`, {
      ...(error.hint && { hint: error.hint }),
      cause: error,
    });
  }
}

function refusal(path: string, what: string): LogitsError {
  return new LogitsError("bad-data", `Cannot serve ${path}: ${what}`);
}
