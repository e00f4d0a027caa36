import { flagName, type Rule, type Source } from "../../core/index.js";
import { checkPolicy } from "../../plan/checkPolicy.js";
import { thresholdSource } from "../../plan/threshold.js";
import type { ThresholdOptions } from "../../plan/thresholdOptions.js";
import { readCalibratorFile } from "../calibratorFile.js";
import { CHECK_FAILED, DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { inputFlags, list } from "../flags.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";
import { readJsonFile } from "../jsonFile.js";
import { readPolicyFile } from "../policyFile.js";
import { thresholdFlags } from "../thresholdFlags.js";
import { checkText, thresholdText } from "../thresholdText.js";
import { writeWhole } from "../write.js";

const goals = ["at", "maxFpr", "minPrecision", "minRecall", "maxRisk", "cost", "beta", "budget"] as const;
/** Flags that find a threshold, and so have nothing to do with one that is found. */
const checkedAlone = thresholdFlags
  .map(({ name }) => name)
  .filter((name) => !["check", "json", "truth", ...inputFlags.map((flag) => flag.name)].includes(name));

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  if (flags["check"] !== undefined) return check(invocation, terminal);
  const options = await thresholdOptions(flags);
  const source = await openInput(invocation, terminal);
  const calibrator = await readCalibratorFile(invocation, source.classes);
  if (calibrator) options.calibrator = calibrator;
  if (flags["eval"] !== undefined) options.evalSource = await openInput(invocation, terminal, [String(flags["eval"])]);
  const truth = await truthOf(invocation, terminal);
  if (truth) options.truth = truth;
  const result = await thresholdSource(source, options);
  terminal.out(flags["json"] ? `${toJson(result)}\n` : thresholdText(result, options));
  if (!result.met) return CHECK_FAILED;
  if (flags["output"] !== undefined) {
    await writeWhole(String(flags["output"]), `${toJson(result.policy)}\n`);
    if (!flags["json"]) terminal.err(`Wrote ${flags["output"]} (policy ${result.version})\n`);
  }
  return DONE;
}

async function thresholdOptions(flags: Invocation["flags"]): Promise<ThresholdOptions> {
  const options: ThresholdOptions = {};
  const numbers = [
    "at",
    "maxFpr",
    "minPrecision",
    "minRecall",
    "maxRisk",
    "beta",
    "low",
    "prior",
    "budget",
    "volume",
    "confidence",
    "seed",
  ] as const;
  for (const name of numbers) if (flags[name] !== undefined) options[name] = Number(flags[name]);
  for (const name of ["positive", "name"] as const) if (flags[name] !== undefined) options[name] = String(flags[name]);
  const asked = goals.filter((name) => flags[name] !== undefined).map((name) => `--${flagName(name)}`);
  const pair = asked.length === 2 && asked.includes("--min-recall") && /max-fpr|min-precision/.test(asked.join());
  if (asked.length !== 1 && !pair)
    throw new UsageError(
      `logits threshold needs one of ${goals.map((name) => `--${flagName(name)}`).join(", ")}, --check (or --max-fpr or --min-precision with --min-recall), got ${asked.join(" and ") || "none"}`,
    );
  for (const name of ["abstain", "perClass"] as const) if (flags[name]) options[name] = true;
  if (flags["cost"] !== undefined) options.costs = await costs(String(flags["cost"]));
  if (flags["actions"] !== undefined) options.actions = list(String(flags["actions"]));
  if (flags["never"] !== undefined) options.rules = String(flags["never"]).split(";").map(rule);
  if (flags["whenRevoked"] !== undefined) options.whenRevoked = whenRevoked(String(flags["whenRevoked"]));
  return options;
}

/** "ask", or "block=ask,alert=ask" */
function whenRevoked(text: string): string | Record<string, string> {
  if (!text.includes("=")) return text;
  const parts = list(text).map((part) => part.split("=").map((word) => word.trim()));
  if (parts.some((part) => part.length !== 2 || part.includes("")))
    throw new UsageError(`--when-revoked must be an action, or as block=ask,alert=ask, got ${text}`);
  return Object.fromEntries(parts as [string, string][]);
}

/** "fp=1,fn=10,ask=0.5", or a file of costs of actions. */
async function costs(text: string): Promise<NonNullable<ThresholdOptions["costs"]>> {
  if (!text.includes("=")) return (await readJsonFile(text, "costs")) as NonNullable<ThresholdOptions["costs"]>;
  const parts = list(text).map((part) => part.split("=", 2) as [string, string | undefined]);
  const given = new Map(parts);
  const odd =
    given.size !== parts.length ||
    [...given].some(
      ([name, value]) => !["fp", "fn", "ask"].includes(name) || !value || !Number.isFinite(Number(value)),
    );
  if (odd || !given.has("fp") || !given.has("fn"))
    throw new UsageError(`--cost must be as fp=1,fn=10 or fp=1,fn=10,ask=0.5, or a JSON file, got ${text}`);
  return Object.fromEntries([...given].map(([name, value]) => [name, Number(value)]));
}

/** Does a locked policy keep its promise? */
async function check(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  const other = checkedAlone.find((name) => flags[name] !== undefined);
  if (other) throw new UsageError(`--check is about a policy as it is: it takes no --${flagName(other)}`);
  const policy = await readPolicyFile(String(flags["check"]));
  const source = await openInput(invocation, terminal);
  const truth = await truthOf(invocation, terminal);
  const found = await checkPolicy(source, await readPolicyFile(String(flags["check"]), source.classes), truth);
  terminal.out(flags["json"] ? `${toJson(found)}\n` : checkText(found, policy));
  return found.kept ? DONE : CHECK_FAILED;
}

/** A table of 0 and 1; they are no logits, but read as such they stay what they are. */
async function truthOf(invocation: Invocation, terminal: Terminal): Promise<Source | undefined> {
  const { truth } = invocation.flags;
  if (truth === undefined) return undefined;
  return openInput({ ...invocation, flags: { json: true } }, terminal, [String(truth)], { kind: "logits" });
}

/** "block:admin,root=ask" */
function rule(text: string): Rule {
  const [, never, classes, instead] = /^\s*([^:=]+)(?::([^=]+))?=(.+?)\s*$/.exec(text) ?? [];
  if (never === undefined || instead === undefined)
    throw new UsageError(`--never must be as block:admin=ask, got ${text}`);
  return { never, ...(classes && { classes: list(classes) }), instead };
}
