import { LogitsError } from "../core/errors.js";
import { BAD_DATA, type Command, DONE, type Terminal, UsageError, WRONG_USAGE } from "./command.js";
import { commands } from "./commands.js";
import { commandHelp, overview } from "./help.js";
import { inFlags, parse } from "./parse.js";
import { suggestion } from "./suggest.js";
import { version } from "./version.js";

/** Runs one command line and says how it went; never throws for what a user can do wrong. */
export async function runCli(argv: string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const [about] = rest;
    if (about === undefined || about.startsWith("-")) {
      terminal.out(overview(commands, version));
      return DONE;
    }
    const asked = find(rest);
    if (!asked) return unknown(rest, terminal);
    terminal.out(commandHelp(asked.command, await asked.command.flags()));
    return DONE;
  }
  if (name === "--version" || name === "-v" || name === "version") {
    terminal.out(`${version}\n`);
    return DONE;
  }
  const found = find(argv);
  if (!found) return unknown(argv, terminal);
  const { command, argv: own } = found;
  try {
    return await runCommand(command, own, terminal);
  } catch (error) {
    return explainError(error, command.name, terminal);
  }
}

/** The command that words begin with, under its whole name, and the words after it. A word that none below has is a command that there is not. */
function find(argv: string[]): { command: Command; argv: string[] } | undefined {
  const command = commands.find(({ name }) => name === argv[0]);
  const [below, ...rest] = argv.slice(1);
  if (!command?.commands || below === undefined || below.startsWith("-"))
    return command && { command, argv: argv.slice(1) };
  const inner = command.commands.find(({ name }) => name === below);
  return inner && { command: { ...inner, name: `${command.name} ${inner.name}` }, argv: rest };
}

function unknown(argv: string[], terminal: Terminal): number {
  const over = commands.find(({ name, commands: below }) => name === argv[0] && below);
  const [name, all] = over ? [argv[1]!, over.commands!] : [argv[0]!, commands];
  const whole = (last: string): string => (over ? `${over.name} ${last}` : last);
  const near = suggestion(
    name,
    all.map((command) => command.name),
  );
  const hint = `${near ? ` Did you mean ${whole(near)}?` : ""} See logits ${over ? `${over.name} ` : ""}--help`;
  terminal.err(`logits: there is no command ${whole(name)}.${hint}\n`);
  return WRONG_USAGE;
}

async function runCommand(command: Command, argv: string[], terminal: Terminal): Promise<number> {
  const flags = await command.flags();
  if (argv.includes("--help") || argv.includes("-h")) {
    terminal.out(commandHelp(command, flags));
    return DONE;
  }
  const invocation = parse(argv, flags, { command: command.name, args: command.args, usage: command.usage });
  const { run } = await command.load();
  try {
    return await run(invocation, terminal);
  } catch (error) {
    if (!LogitsError.isInstance(error)) throw error;
    // Other errors are about documents, whose fields may have the names of flags.
    const ofFlags = error.code === "bad-argument" || error.code === "not-finite";
    return refused(error, command.name, ofFlags ? inFlags(error.message, invocation, flags) : error.message, terminal);
  }
}

function explainError(error: unknown, command: string, terminal: Terminal): number {
  if (error instanceof UsageError) {
    terminal.err(`${error.message.startsWith("logits ") ? "" : "logits: "}${error.message}\n`);
    return WRONG_USAGE;
  }
  if (LogitsError.isInstance(error)) return refused(error, command, error.message, terminal);
  // Node's own errors about files and streams are one honest sentence.
  if (error instanceof Error && "code" in error && "syscall" in error) {
    const missing = error.code === "ENOENT" && error.syscall === "open" && "path" in error;
    const what = missing ? `Cannot read ${error.path}: there is no such file or folder` : error.message;
    terminal.err(`logits ${command}: ${what}\n`);
    return BAD_DATA;
  }
  throw error;
}

function refused({ code, hint }: LogitsError, command: string, message: string, terminal: Terminal): number {
  terminal.err(`logits ${command}: ${message}${hint ? `\n  ${hint}` : ""}\n`);
  return code === "bad-argument" ? WRONG_USAGE : BAD_DATA;
}
