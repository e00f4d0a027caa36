import { flagName } from "../core/index.js";
import type { Command, Flag } from "./command.js";

export function overview(commands: readonly Command[], version: string): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `logits ${version}: from a model's raw scores to probabilities you can trust`,
    "",
    "Usage: logits COMMAND [ARGUMENTS] [FLAGS]",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "  logits COMMAND --help   its flags, with an example",
    "  logits --version",
    "",
    "FILE may be - (standard input: JSON lines or CSV), a glob or a folder.",
    "Exit status: 0 done · 1 a check failed · 2 wrong usage · 3 bad data.",
    "",
  ].join("\n");
}

export function commandHelp(command: Command, flags: readonly Flag[]): string {
  const spelled = flags.map((flag) => {
    const value =
      flag.type === "boolean"
        ? ""
        : ` ${flag.metavar ?? (flag.choices ? flag.choices.join("|") : flag.type === "string" ? "TEXT" : "N")}`;
    return { left: `${flag.short ? `-${flag.short}, ` : ""}--${flagName(flag.name)}${value}`, help: flag.help };
  });
  const lines = [`Usage: logits ${command.name} ${command.usage} [FLAGS]`, "", command.summary, "", "Flags:"];
  for (const { left, help } of spelled) {
    const wrapped = wrap(help, 54);
    lines.push(left.length <= 24 ? `  ${left.padEnd(24)} ${wrapped[0]}` : `  ${left}\n${" ".repeat(27)}${wrapped[0]}`);
    for (const more of wrapped.slice(1)) lines.push(`${" ".repeat(27)}${more}`);
  }
  lines.push("", command.examples.length > 1 ? "Examples:" : "Example:");
  for (const { run, shows } of command.examples) lines.push(`  ${run}`, `      ${shows}`);
  return `${lines.join("\n")}\n`;
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
