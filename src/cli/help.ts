import { flagName } from "../core/index.js";
import type { Command, Flag } from "./command.js";

export function overview(commands: readonly Command[], version: string): string {
  return [
    `logits ${version}: from a model's raw scores to probabilities you can trust`,
    "",
    "Usage: logits COMMAND [ARGUMENTS] [FLAGS]",
    "",
    ...summaries(commands),
    "",
    "  logits COMMAND --help   its flags, with an example",
    "  logits --version",
    "",
    "FILE may be - (standard input: JSON lines or CSV), a glob or a folder.",
    "Exit status: 0 done · 1 a check failed · 2 wrong usage · 3 bad data.",
    "",
  ].join("\n");
}

function summaries(commands: readonly Command[]): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
}

export function commandHelp(command: Command, flags: readonly Flag[]): string {
  const last = command.commands ? "" : "[FLAGS]";
  const usage = ["Usage: logits", command.name, command.usage, last].filter(Boolean).join(" ");
  const lines = [usage, "", command.summary];
  if (command.commands)
    lines.push(
      "",
      ...summaries(command.commands),
      "",
      `  logits ${command.name} COMMAND --help   its flags, with an example`,
    );
  for (const group of new Set(flags.map((flag) => flag.group ?? "Flags"))) {
    const members = flags.filter((flag) => (flag.group ?? "Flags") === group);
    lines.push("", `${group}:`, ...members.flatMap(flagLines));
  }
  lines.push("", command.examples.length > 1 ? "Examples:" : "Example:");
  for (const { run, shows } of command.examples) lines.push(`  ${run}`, `      ${shows}`);
  return `${lines.join("\n")}\n`;
}

function flagLines({ name, short, type, metavar, choices, help }: Flag): string[] {
  const value =
    type === "boolean" ? "" : ` ${metavar ?? (choices ? choices.join("|") : type === "string" ? "TEXT" : "N")}`;
  const left = `${short ? `-${short}, ` : ""}--${flagName(name)}${value}`;
  const [first, ...more] = wrap(help, 54);
  const indent = " ".repeat(27);
  return [
    ...(left.length <= 24 ? [`  ${left.padEnd(24)} ${first}`] : [`  ${left}`, `${indent}${first}`]),
    ...more.map((line) => `${indent}${line}`),
  ];
}

export function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    if (last !== "" && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}
