import { type Batch, flagName, predictions, type Replicates, takeRows } from "../../core/index.js";
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
import { writeLines } from "../write.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { args, flags } = invocation;
  if (args.length > 1) throw new UsageError("logits guard score takes one file, a glob or a folder, got several");
  const alone = flags["watch"] ? undefined : watchFlags.find((name) => flags[name] !== undefined);
  if (alone !== undefined) throw new UsageError(`--${flagName(alone)} is of the alarm: give --watch too`);
  const guard = await readGuardFile(invocation, "guard score");
  const { source, batch, replicates } = await openRows(invocation, terminal, args[0]!);
  validateGuard(guard, source.classes);
  // What is wrong with a row is said before anything is written.
  predictions(batch);
  const watch = flags["watch"] ? watchRows(guard, watchOptions(flags)) : undefined;
  const found: Found = { rows: 0, words: new Map(), top: [] };
  const scored = scoredRows(guard, batch, needsReplicates(guard) ? replicates : undefined);
  const path = flags["output"] === undefined ? undefined : String(flags["output"]);
  const json = flags["json"] === true;
  const lines = async (put?: (text: string) => void | Promise<void>): Promise<void> => {
    for (const { from, rows } of scored) {
      watch?.add(rows);
      note(found, rows, from, flags);
      if (!put && !json) continue;
      const text = rows.map((row, i) => `${toJson(lineOf(batch, guard, row, from + i, watch), 0)}\n`).join("");
      await put?.(text);
      if (json) terminal.out(text);
    }
  };
  if (path === undefined) await lines();
  else {
    await writeLines(path, terminal, lines);
    terminal.err(`Wrote ${batch.rows.toLocaleString("en")} rows to ${path}\n`);
  }
  if (!json) terminal.out(textOf(invocation, terminal, { batch, guard, found, watch }));
  else if (watch) terminal.err(`${watchText(watch)}\n`);
  return watch?.state.rung ? CHECK_FAILED : DONE;
}

/** Rows that are scored, and in memory, at a time. */
const rowsAtATime = 4096;

function* scoredRows(
  guard: Guard,
  batch: Batch,
  replicates: Replicates | undefined,
): Generator<{ from: number; rows: GuardRow[] }> {
  const score = scorer(guard);
  if (replicates) return yield { from: 0, rows: score(batch, replicates) };
  for (let from = 0; from < batch.rows; from += rowsAtATime) {
    const length = Math.min(rowsAtATime, batch.rows - from);
    yield {
      from,
      rows: score(
        takeRows(
          batch,
          Uint32Array.from({ length }, (_, i) => from + i),
        ),
      ),
    };
  }
}

/** Unusual rows, as the text tells of them. */
interface Found {
  rows: number;
  /** How many, by their tail. */
  words: Map<string, number>;
  /** The most unusual. */
  top: { row: GuardRow; i: number }[];
}

const levelOf = (flags: Invocation["flags"]): number => Number(flags["level"] ?? 0.01);

function note(found: Found, rows: readonly GuardRow[], from: number, flags: Invocation["flags"]): void {
  const level = levelOf(flags);
  const more = rows.flatMap((row, i) => (row.p <= level ? [{ row, i: from + i }] : []));
  found.rows += more.length;
  for (const { row } of more) found.words.set(row.words, (found.words.get(row.words) ?? 0) + 1);
  found.top = [...found.top, ...more]
    .sort((a, b) => a.row.p - b.row.p || b.row.score - a.row.score || a.i - b.i)
    .slice(0, Number(flags["top"] ?? 10));
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
  found: Found;
  watch: Watch | undefined;
}

function textOf({ flags }: Invocation, { columns }: Terminal, { batch, guard, found, watch }: Scored): string {
  const level = levelOf(flags);
  const { top } = found;
  const counts = ["torn", "over-confident", "odd direction"].map(
    (words) => `${words} ${(found.words.get(words) ?? 0).toLocaleString("en")}`,
  );
  const { predicted, ranks } = guard.params;
  const most = mostFound(predicted, Object.keys(ranks), level);
  const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
  return `${[
    `${batch.rows.toLocaleString("en")} rows; p ≤ ${level}: ${found.rows.toLocaleString("en")} (${percent(found.rows / batch.rows)}), where of benign rows it would be at most ${percent(most)}`,
    ...(found.rows > 0 ? [counts.join(", ")] : []),
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
