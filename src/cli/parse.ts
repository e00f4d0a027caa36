import { parseArgs } from "node:util";
import { checkParam, flagName, LogitsError, rangeText } from "../core/index.js";
import { type Flag, type Invocation, UsageError } from "./command.js";
import { suggestion } from "./suggest.js";

/** argv (without the command's name) → arguments and checked flag values. */
export function parse(
  argv: string[],
  flags: readonly Flag[],
  usage: { command: string; args: [number, number]; usage: string },
): Invocation {
  const byFlag = new Map(flags.map((flag) => [flagName(flag.name), flag]));
  const { tokens } = parseArgs({
    args: argv,
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      flags.map((flag) => [
        flagName(flag.name),
        { type: flag.type === "boolean" ? "boolean" : "string", ...(flag.short ? { short: flag.short } : {}) } as const,
      ]),
    ),
  });
  const invocation: Invocation = { args: [], flags: {} };
  for (const token of tokens) {
    if (token.kind === "positional") invocation.args.push(token.value);
    if (token.kind !== "option") continue;
    const flag = byFlag.get(token.name);
    if (!flag) throw unknownFlag(token.rawName, [...byFlag.keys()], usage.command);
    const value = flagValue(flag, token.rawName, token.value);
    if (flag.many) ((invocation.lists ??= {})[flag.name] ??= []).push(String(value));
    invocation.flags[flag.name] = value;
  }
  const [min, max] = usage.args;
  if (invocation.args.length < min) throw new UsageError(`logits ${usage.command} needs ${usage.usage}`);
  if (invocation.args.length > max) {
    throw new UsageError(
      `logits ${usage.command} takes ${max === 0 ? "no argument" : usage.usage}, got also ${JSON.stringify(invocation.args[max])}`,
    );
  }
  return invocation;
}

function flagValue(flag: Flag, raw: string, given: string | undefined): string | number | boolean {
  if (flag.type === "boolean") {
    if (given !== undefined) throw new UsageError(`${raw} takes no value, got ${JSON.stringify(given)}`);
    return true;
  }
  if (given === undefined || given === "") throw new UsageError(`${raw} needs a value (${flag.metavar ?? flag.type})`);
  const value = flag.type === "number" || flag.type === "integer" ? Number(given) : choiceOf(given, flag);
  try {
    return checkParam(raw, flag, value);
  } catch (error) {
    if (!LogitsError.isInstance(error)) throw error;
    const near = flag.choices ? suggestion(given, flag.choices) : undefined;
    throw new UsageError(`${raw} must be ${rangeText(flag)}, got ${given}${near ? `. Did you mean ${near}?` : ""}`);
  }
}

/** The choice that is written so, or in another way of writing words: top-k and TOPK are topK. */
function choiceOf(given: string, { choices = [] }: Flag): string {
  const bare = (word: string): string => word.replace(/[-_]/g, "").toLowerCase();
  if (choices.includes(given)) return given;
  const alike = choices.filter((choice) => bare(choice) === bare(given));
  return alike.length === 1 ? alike[0]! : given;
}

/**
 * Options of the library that a message is about, as the flags that they are: "Cannot find a threshold: positive must be absent with maxRisk, got 1" as "…: --positive must be
 * absent with --max-risk, got 1". A word is one where it was typed, is asked for, or goes with another; elsewhere it may be a word.
 */
export function inFlags(message: string, { flags: typed }: Invocation, known: readonly Flag[]): string {
  const names = new Set(known.map(({ name }) => name));
  const asFlag = (name: string): string => (names.has(name) ? `--${flagName(name)}` : name);
  const [said, got] = splitGot(message);
  const beside = said.replace(/\b(with|when) \w+(?:,? (?:or|and) \w+)*/g, (words) => words.replace(/\w+/g, asFlag));
  const certain = got === "none" || beside !== said;
  const whole = beside.replace(/^(Cannot [^:]*: )(\w+)(?= must )/, (found, action: string, name: string) =>
    certain || name in typed ? action + asFlag(name) : found,
  );
  if (got === undefined) return whole;
  const goals = got.split(", ");
  return `${whole}, got ${goals.every((name) => /[A-Z]/.test(name) && name in typed) ? goals.map(asFlag).join(", ") : got}`;
}

/** What a message says, and what it says was got. */
function splitGot(message: string): [string, string?] {
  const at = message.lastIndexOf(", got ");
  return at < 0 ? [message] : [message.slice(0, at), message.slice(at + 6)];
}

function unknownFlag(raw: string, known: string[], command: string): UsageError {
  const near = suggestion(raw.replace(/^-+/, ""), known);
  return new UsageError(
    `logits ${command} has no ${raw}${near ? `. Did you mean --${near}?` : `. See logits ${command} --help`}`,
  );
}
