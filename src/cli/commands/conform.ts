import { conformalRisks, conformalScores } from "../../conform/index.js";
import { flagName, type Params, type Source } from "../../core/index.js";
import type { ReadOptions } from "../../formats/index.js";
import { conformSource, type ConformSourceOptions } from "../../plan/conform.js";
import { applySets } from "../../plan/sets.js";
import { readCalibratorFile } from "../calibratorFile.js";
import { DONE, CHECK_FAILED, type Invocation, type Terminal, UsageError } from "../command.js";
import { fitOnly } from "../conformFlags.js";
import { conformText, tables } from "../conformText.js";
import { list } from "../flags.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";
import { readJsonFile } from "../jsonFile.js";
import { number } from "../metricsTable.js";
import { writeLines, writeWhole } from "../write.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  return invocation.flags["sets"] === undefined ? fit(invocation, terminal) : apply(invocation, terminal);
}

async function fit(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  const more = sliced(invocation, flags["group"]);
  const source = await openInput(invocation, terminal, invocation.args, more);
  const options: ConformSourceOptions = {
    params: paramsOf(conformalScores, flags),
    riskParams: paramsOf(conformalRisks, flags),
  };
  for (const name of ["alpha", "score", "seed", "by", "group", "clusters", "keepScores", "risk", "control", "delta"])
    if (flags[name] !== undefined) Object.assign(options, { [name]: flags[name] });
  if (flags["noRandomise"]) options.randomise = false;
  const calibrator = await readCalibratorFile(invocation, source.classes);
  if (calibrator) options.calibrator = calibrator;
  if (flags["eval"] !== undefined)
    options.evalSource = await openInput(invocation, terminal, [String(flags["eval"])], more);
  if (flags["truths"] !== undefined) options.truths = await truthTable(String(flags["truths"]), terminal);
  if (flags["evalTruths"] !== undefined) options.evalTruths = await truthTable(String(flags["evalTruths"]), terminal);
  const conformed = await conformSource(source, options);
  const { document, met, ...result } = conformed;
  if (flags["output"] !== undefined && met) {
    await writeWhole(String(flags["output"]), `${toJson(document)}\n`);
    terminal.err(`Wrote ${flags["output"]}\n`);
  }
  terminal.out(flags["json"] ? `${toJson({ ...result, ...(met ? {} : { met }) })}\n` : conformText(conformed));
  return met ? DONE : CHECK_FAILED;
}

/** Columns that divide rows must be named before the rows are read. */
function sliced({ flags }: Invocation, column: unknown): ReadOptions {
  if (column === undefined) return {};
  const named = flags["sliceColumns"] === undefined ? [] : list(String(flags["sliceColumns"]));
  return { sliceColumns: [...new Set([...named, String(column)])] };
}

function paramsOf(methods: readonly { params: readonly { name: string }[] }[], flags: Invocation["flags"]): Params {
  const names = methods.flatMap(({ params }) => params.map(({ name }) => name));
  return Object.fromEntries(names.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])));
}

/** A table of 0 and 1 has the shape of scores. */
async function truthTable(path: string, terminal: Terminal): Promise<Source> {
  return openInput({ args: [path], flags: { kind: "logits", json: true } }, terminal);
}

async function apply(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  const alien = fitOnly.find((name) => flags[name] !== undefined);
  if (alien) throw new UsageError(`--sets has all that was fitted: leave out --${flagName(alien)}`);
  const document = await readJsonFile(String(flags["sets"]), "a predictor of sets");
  const column = (document as { params?: { column?: string } } | null)?.params?.column;
  const source = await openInput(invocation, terminal, invocation.args, sliced(invocation, column));
  const path = flags["output"] === undefined ? undefined : String(flags["output"]);
  const result = await writeLines(path, terminal, (put) =>
    applySets(source, document, (row) => put(`${toJson(row, 0)}\n`)),
  );
  const { coverage, warnings } = result;
  const said = [
    ...(coverage
      ? [
          `coverage ${number(coverage.coverage.value)} (95 % interval ${coverage.coverage.ci.map(number).join(" – ")}), mean size ${number(coverage.meanSize)} classes`,
        ]
      : []),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
  const text = (messages: string[]): string => messages.map((line) => `${line}\n`).join("");
  // Lines are data; what they come to is a message, unless the lines have gone to a file.
  if (path === undefined) {
    terminal.err(text(said));
    return DONE;
  }
  terminal.err(`Wrote ${result.rows.toLocaleString("en")} sets to ${path}\n`);
  if (flags["json"]) terminal.out(`${toJson({ ...result, output: path })}\n`);
  else terminal.out(text([...said, ...(coverage ? ["", ...tables(coverage, column)] : [])]));
  return DONE;
}
