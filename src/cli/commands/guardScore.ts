import { type Batch, flagName } from "../../core/index.js";
import {
  detectors,
  type Guard,
  type GuardRow,
  mostFound,
  scorer,
  validateGuard,
  type Watch,
  watchRows,
  type WatchOptions,
} from "../../guard/index.js";
import { reasonOf, watchMetrics } from "../../plan/guard.js";
import { DONE, CHECK_FAILED, type Invocation, type Terminal, UsageError } from "../command.js";
import { readGuardFile } from "../guardFile.js";
import { wrap } from "../help.js";
import { toJson } from "../json.js";
import { alignColumns, number } from "../metricsTable.js";
import { openRows } from "../replicates.js";
import { writeWhole } from "../write.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { args, flags } = invocation;
  if (args.length > 1) throw new UsageError("logits guard score takes one file, a glob or a folder, got several");
  const alone = flags["watch"] ? undefined : watchFlags.find((name) => flags[name] !== undefined);
  if (alone !== undefined) throw new UsageError(`--${flagName(alone)} is of the alarm: give --watch too`);
  const guard = await readGuardFile(invocation, "guard score");
  const { source, batch, replicates } = await openRows(invocation, terminal, args[0]!);
  validateGuard(guard, source.classes);
  const rows = scorer(guard)(batch, needsReplicates(guard) ? replicates : undefined);
  const watch = flags["watch"] ? watchRows(guard, watchOptions(flags)) : undefined;
  watch?.add(rows);
  const lines = (): string => rows.map((row, i) => `${toJson(lineOf(batch, guard, row, i, watch), 0)}\n`).join("");
  if (flags["output"] !== undefined) {
    await writeWhole(String(flags["output"]), lines());
    terminal.err(`Wrote ${rows.length.toLocaleString("en")} rows to ${flags["output"]}\n`);
  }
  if (flags["json"]) {
    terminal.out(lines());
    if (watch) terminal.err(`${watchText(watch)}\n`);
  } else terminal.out(textOf(invocation, terminal, { batch, guard, rows, watch }));
  return watch?.state.rung ? CHECK_FAILED : DONE;
}

/** A guard of single rows has nothing to ask of replicates. */
const needsReplicates = ({ params }: Guard): boolean =>
  detectors.some(({ name, needs }) => needs === "replicates" && params.detectors.some((own) => own.name === name));

const watchFlags = ["falseAlarm", "block", "seed"] as const;

function watchOptions(flags: Invocation["flags"]): WatchOptions {
  const options: WatchOptions = {};
  for (const name of watchFlags) if (flags[name] !== undefined) options[name] = Number(flags[name]);
  return options;
}

const idOf = (batch: Batch, row: number): string => batch.ids?.[row] ?? String(row);

function lineOf(batch: Batch, guard: Guard, row: GuardRow, i: number, watch: Watch | undefined): object {
  const { p, tail, words, among, predicted, detectors: readings } = row;
  const rung = watch?.state.rung;
  return {
    id: idOf(batch, i),
    row: i,
    class: guard.classes[predicted],
    p,
    tail,
    words,
    among,
    detectors: readings,
    ...(watch && { contract: rung && i >= rung.row ? "revoked" : "holds" }),
  };
}

interface Scored {
  batch: Batch;
  guard: Guard;
  rows: GuardRow[];
  watch: Watch | undefined;
}

function textOf({ flags }: Invocation, { columns }: Terminal, { batch, guard, rows, watch }: Scored): string {
  const level = Number(flags["level"] ?? 0.01);
  const found = rows.flatMap((row, i) => (row.p <= level ? [{ row, i }] : []));
  const counts = ["torn", "over-confident", "odd direction"].map(
    (words) => `${words} ${found.filter(({ row }) => row.words === words).length.toLocaleString("en")}`,
  );
  const { predicted, ranks } = guard.params;
  const most = mostFound(predicted, Object.keys(ranks), level);
  const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
  const top = [...found]
    .sort((a, b) => a.row.p - b.row.p || b.row.score - a.row.score || a.i - b.i)
    .slice(0, Number(flags["top"] ?? 10));
  return `${[
    `${rows.length.toLocaleString("en")} rows; p ≤ ${level}: ${found.length.toLocaleString("en")} (${percent(found.length / rows.length)}), where of benign rows it would be at most ${percent(most)}`,
    ...(found.length > 0 ? [counts.join(", ")] : []),
    ...(top.length > 0
      ? [
          "",
          alignColumns([
            ["row", "class", "p", "words", "most unusual"],
            ...top.map(({ row, i }) => [
              idOf(batch, i),
              guard.classes[row.predicted]!,
              number(row.p),
              row.words,
              mostUnusual(row),
            ]),
          ]),
        ]
      : []),
    ...(watch ? ["", ...wrap(watchText(watch), Math.min(columns, 100)), driftText(watch)] : []),
  ].join("\n")}\n`;
}

function mostUnusual(row: GuardRow): string {
  return Object.entries(row.detectors)
    .sort(([, a], [, b]) => a.p - b.p)
    .slice(0, 2)
    .map(([name, { value, p }]) => `${name} ${number(value)} (p ${number(p)})`)
    .join(", ");
}

function watchText({ state }: Watch): string {
  if (state.rung)
    return `The alarm rang. ${reasonOf(state.rung)} What was promised on the benign rows is revoked from there on.`;
  const { martingale } = watchMetrics(state);
  return `The alarm is silent: nothing shows that the rows are not like the benign ones (evidence ${number(martingale)}).`;
}

function driftText(watch: Watch): string {
  const drift = Object.entries(watch.drift());
  return alignColumns([
    [`drift, last ${drift[0]?.[1].rows ?? 0} rows`, "KS", "p", "PSI"],
    ...drift.map(([name, { ks, p, psi }]) => [name, number(ks), number(p), number(psi)]),
  ]);
}
