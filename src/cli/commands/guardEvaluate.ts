import { COMBINED, evaluateGuard, type GuardEvaluation, type NamedAttack, validateGuard } from "../../guard/index.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { list } from "../flags.js";
import { readGuardFile } from "../guardFile.js";
import { wrap } from "../help.js";
import { toJson } from "../json.js";
import { alignColumns } from "../metricsTable.js";
import { openRows } from "../replicates.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags, lists } = invocation;
  if (flags["benign"] === undefined)
    throw new UsageError("logits guard evaluate needs --benign FILE: benign rows that the guard was not fitted on");
  const named = (lists?.["attack"] ?? []).map(nameAndFile);
  if (named.length === 0) throw new UsageError("logits guard evaluate needs --attack NAME=FILE, one or more");
  const guard = await readGuardFile(invocation, "guard evaluate");
  const open = async (path: string): Promise<Omit<NamedAttack, "name">> => {
    const { source, batch, replicates } = await openRows(invocation, terminal, path);
    validateGuard(guard, source.classes);
    return { batch, ...(replicates && { replicates }) };
  };
  const benign = await open(String(flags["benign"]));
  const attacks: NamedAttack[] = [];
  for (const { name, file } of named) attacks.push({ name, ...(await open(file)) });
  const found = evaluateGuard(guard, {
    benign,
    attacks,
    ...(flags["passes"] !== undefined && { passes: list(String(flags["passes"])) }),
  });
  terminal.out(flags["json"] ? `${toJson(found)}\n` : textOf(found, Math.min(terminal.columns, 100)));
  return DONE;
}

function nameAndFile(given: string): { name: string; file: string } {
  const at = given.indexOf("=");
  if (at < 1 || at === given.length - 1) throw new UsageError(`--attack must be NAME=FILE, got ${given}`);
  return { name: given.slice(0, at), file: given.slice(at + 1) };
}

type Rates = GuardEvaluation["benign"]["fpr"];

function textOf({ benign, attacks, success, caveat, notes }: GuardEvaluation, width: number): string {
  const rate = ({ value, ci }: Rates["1"]): string => `${share(value)} (${share(ci[0])}–${share(ci[1])})`;
  const table = (head: string[], rows: [string, ...string[]][]): string => alignColumns([head, ...rows]);
  const blocks = attacks.map(({ name, rows, given, detectors }) =>
    [
      `${name}: ${rows.toLocaleString("en")} successful of ${given.toLocaleString("en")} rows`,
      ...(rows === 0
        ? []
        : [
            table(
              ["detector", "AUROC", "found at 1 %", "found at 5 %"],
              Object.entries(detectors).map(([detector, { auroc, tpr }]) => [
                shown(detector),
                share(auroc),
                rate(tpr["1"]),
                rate(tpr["5"]),
              ]),
            ),
          ]),
    ].join("\n"),
  );
  return `${[
    [
      `Benign rows that the guard had not seen: ${benign.rows.toLocaleString("en")}`,
      table(
        ["detector", "wrongly found at 1 %", "at 5 %"],
        Object.entries(benign.detectors).map(([detector, { fpr }]) => [
          shown(detector),
          rate(fpr["1"]),
          rate(fpr["5"]),
        ]),
      ),
    ].join("\n"),
    ...blocks,
    [success, "Intervals are Clopper–Pearson's at 95 %; AUROC .5 is chance.", ...notes, caveat]
      .flatMap((text) => wrap(text, width))
      .join("\n"),
  ].join("\n\n")}\n`;
}

const shown = (detector: string): string =>
  detector === "marginOneSided" ? "margin, low side only" : detector === COMBINED ? "combined" : detector;

const share = (value: number): string => value.toFixed(3).replace(/^0\./, ".");
