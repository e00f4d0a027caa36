import type { Guard, GuardParams } from "./method.js";
import { mostFound } from "./mostFound.js";
import { POOLED } from "./ranks.js";

interface Said {
  by: string;
  method: Guard["method"];
  classes: readonly string[];
  predicted: number[];
  groups: string[];
  minRows: number;
  ranks: GuardParams["ranks"];
  again: GuardParams["again"];
  /** How many detectors are combined. */
  combined: number;
}

/** What a person should know of a guard. */
export function say(notes: string[], { by, classes, predicted, groups, minRows, ...rest }: Said): void {
  const total = predicted.reduce((sum, n) => sum + n, 0);
  const few = classes.filter((_, k) => predicted[k]! > 0 && !groups.includes(String(k)));
  const none = classes.filter((_, k) => predicted[k] === 0);
  if (by === "predicted" && few.length > 0) {
    const share = predicted.reduce((sum, n, k) => sum + (groups.includes(String(k)) ? 0 : n), 0) / total;
    const most = mostFound(predicted, groups, 0.01);
    const price =
      groups.length === 0
        ? ""
        : ` They are ${(100 * share).toFixed(1)} % of the benign rows, so at 1 % up to ${(100 * most).toFixed(2)} % of benign rows may be found.`;
    notes.push(
      `Too few benign rows were predicted as ${listOf(few)} to rank among (fewer than about ${minRows}): they are ranked among all benign rows.${price}`,
    );
  }
  if (none.length > 0)
    notes.push(`No benign row was predicted as ${listOf(none)}: such rows are ranked among all benign rows.`);
  const lowest = smallest(rest);
  if (lowest > 0.01)
    notes.push(`With so few benign rows no p-value can be below ${lowest.toPrecision(2)}: 1 % cannot be reached.`);
}

const listOf = (names: readonly string[]): string =>
  names.length <= 8 ? names.join(", ") : `${names.slice(0, 8).join(", ")} and ${names.length - 8} more classes`;

/** The smallest p-value that a row can get, in the group where it is largest; the rows ranked among all are not asked where classes have groups of their own. */
export function smallest({
  method,
  ranks,
  again,
  combined,
}: Pick<Said, "method" | "ranks" | "again" | "combined">): number {
  const own = Object.keys(ranks).filter((group) => group !== POOLED);
  const lowest = (group: string): number =>
    method === "fisher"
      ? 1 / (again[group]!.length + 1)
      : Math.min(1, (2 * combined) / (Object.values(ranks[group]!)[0]!.length + 1));
  return Math.max(...(own.length > 0 ? own : [POOLED]).map(lowest));
}
