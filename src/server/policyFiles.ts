import { existsSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LogitsError } from "../core/index.js";
import { refused } from "../formats/file.js";
import type { PolicySources } from "./generation.js";

/** What is to be done to several files, written down before the first is touched. */
interface Plan {
  texts: [path: string, text: string][];
  withdrawn: string[];
}

/** Beside what is served, under a name that is never read as a policy. */
function planFile(source: string): string {
  return statSync(source, { throwIfNoEntry: false })?.isDirectory() ? join(source, ".rollback") : `${source}.rollback`;
}

/** Writes several files and takes others away: all of it, or, when one cannot be written, nothing. What a crash leaves half done `finishFiles` ends. */
export function replaceFiles(source: string, wanted: ReadonlyMap<string, string>, unwanted: string[]): void {
  const now = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, "utf8") : undefined);
  const texts = [...wanted].filter(([path, text]) => now(path) !== text);
  const before = texts.map(([path]) => [path, now(path)] as const);
  const withdrawn = unwanted.filter((path) => existsSync(path));
  const plan: Plan = { texts, withdrawn };
  writeText(planFile(source), JSON.stringify(plan));
  try {
    carryOut(plan);
  } catch (error) {
    for (const [path, text] of before) {
      if (text === undefined) rmSync(path, { force: true });
      else if (now(path) !== text) writeText(path, text);
    }
    for (const path of withdrawn) if (!existsSync(path)) renameSync(`${path}.withdrawn`, path);
    rmSync(planFile(source));
    throw error;
  }
  rmSync(planFile(source));
}

/** Ends what a crash interrupted: nothing but files that are served is touched. */
export function finishFiles(sources: PolicySources): void {
  const file = planFile(sources.policy);
  if (!existsSync(file)) return;
  carryOut(readPlan(file, sources));
  rmSync(file);
}

function readPlan(file: string, { policy, shadow, canary, guard }: PolicySources): Plan {
  const folder = statSync(policy, { throwIfNoEntry: false })?.isDirectory() ? resolve(policy) : undefined;
  const named = [policy, shadow, canary?.policy, guard].map((one) => one !== undefined && resolve(one));
  const isServed = (path: unknown): boolean =>
    typeof path === "string" && (named.includes(path) || (path.endsWith(".json") && dirname(path) === folder));
  try {
    const { texts, withdrawn }: Plan = JSON.parse(readFileSync(file, "utf8"));
    if (texts.every(([path, text]) => isServed(path) && typeof text === "string") && withdrawn.every(isServed))
      return { texts, withdrawn };
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
  }
  throw new LogitsError(
    "bad-data",
    `Cannot end the way back in ${file}: it must be of files that are served, got others`,
    {
      hint: "Take it away to serve the files as they are.",
    },
  );
}

function carryOut({ texts, withdrawn }: Plan): void {
  for (const [path, text] of texts) writeText(path, text);
  for (const path of withdrawn) if (existsSync(path)) renameSync(path, `${path}.withdrawn`);
}

/** What would serve could not be written, so that it does not. */
export class NotWrittenError extends Error {
  override readonly name = "NotWrittenError";
}

/** Does what writes files; where it fails they are as before, and a NotWrittenError says why. */
export function written(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new NotWrittenError(reasonOf(path, cause), { cause });
  }
}

function reasonOf(path: string, error: unknown): string {
  try {
    return refused("write", path, error);
  } catch (reason) {
    return (reason as Error).message;
  }
}

/** Aside, then renamed: whoever reads sees one of the two texts whole. */
export function writeText(path: string, text: string): void {
  const place = existsSync(path) ? realpathSync(path) : path;
  const aside = `${place}.part`;
  try {
    writeFileSync(aside, text, { flush: true } as { mode?: number });
    renameSync(aside, place);
  } catch (error) {
    // What else stands under that name is not ours.
    if (statSync(aside, { throwIfNoEntry: false })?.isFile()) rmSync(aside);
    throw error;
  }
}
