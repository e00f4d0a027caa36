import { type Rule } from "../../core/index.js";
import type { Costs } from "../../decide/index.js";
import { type ThresholdOptions, thresholdSource } from "../../plan/threshold.js";
import { readCalibratorFile } from "../calibratorFile.js";
import { CHECK_FAILED, DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { list } from "../flags.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";
import { thresholdText } from "../thresholdText.js";
import { writeWhole } from "../write.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  const options = thresholdOptions(flags);
  const source = await openInput(invocation, terminal);
  const calibrator = await readCalibratorFile(invocation, source.classes);
  if (calibrator) options.calibrator = calibrator;
  if (flags["budget"] !== undefined) {
    const volume = Number(flags["volume"] ?? source.rows ?? NaN);
    if (!(Number(flags["budget"]) < volume))
      throw new UsageError(`--budget must be fewer alerts than --volume rows (${volume}), got ${flags["budget"]}`);
    options.budget = Number(flags["budget"]) / volume;
  }
  if (flags["eval"] !== undefined) options.evalSource = await openInput(invocation, terminal, [String(flags["eval"])]);
  const result = await thresholdSource(source, options);
  terminal.out(flags["json"] ? `${toJson(result)}\n` : thresholdText(result, options));
  if (!result.met) return CHECK_FAILED;
  if (flags["output"] !== undefined) {
    await writeWhole(String(flags["output"]), `${toJson(result.policy)}\n`);
    if (!flags["json"]) terminal.err(`Wrote ${flags["output"]} (policy ${result.version})\n`);
  }
  return DONE;
}

function thresholdOptions(flags: Invocation["flags"]): ThresholdOptions {
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
    "confidence",
    "seed",
  ] as const;
  for (const name of numbers) if (flags[name] !== undefined) options[name] = Number(flags[name]);
  for (const name of ["positive", "name", "whenRevoked"] as const)
    if (flags[name] !== undefined) options[name] = String(flags[name]);
  if (flags["abstain"]) options.abstain = true;
  if (flags["cost"] !== undefined) options.costs = costs(String(flags["cost"]));
  if (flags["actions"] !== undefined) options.actions = list(String(flags["actions"]));
  if (flags["never"] !== undefined) options.rules = String(flags["never"]).split(";").map(rule);
  if (flags["volume"] !== undefined && flags["budget"] === undefined) throw new UsageError("--volume is for --budget");
  return options;
}

/** "fp=1,fn=10,ask=0.5" */
function costs(text: string): Costs {
  const given = new Map(list(text).map((part) => part.split("=", 2) as [string, string | undefined]));
  const odd = [...given].find(
    ([name, value]) => !["fp", "fn", "ask"].includes(name) || !value || !Number.isFinite(Number(value)),
  );
  if (odd || !given.has("fp") || !given.has("fn"))
    throw new UsageError(`--cost must be as fp=1,fn=10 or fp=1,fn=10,ask=0.5, got ${text}`);
  return Object.fromEntries([...given].map(([name, value]) => [name, Number(value)])) as unknown as Costs;
}

/** "block:admin,root=ask" */
function rule(text: string): Rule {
  const [, never, classes, instead] = /^\s*([^:=]+)(?::([^=]+))?=(.+?)\s*$/.exec(text) ?? [];
  if (never === undefined || instead === undefined)
    throw new UsageError(`--never must be as block:admin=ask, got ${text}`);
  return { never, ...(classes && { classes: list(classes) }), instead };
}
