import type { Params } from "../../core/index.js";
import { detectors, fitGuard, type FittedGuard, type GuardOptions } from "../../guard/index.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { list } from "../flags.js";
import { wrap } from "../help.js";
import { toJson } from "../json.js";
import { number } from "../metricsTable.js";
import { openRows } from "../replicates.js";
import { writeWhole } from "../write.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { args, flags } = invocation;
  if (flags["output"] === undefined) throw new UsageError("logits guard fit needs -o G.json: where to write the guard");
  if (args.length > 1) throw new UsageError("logits guard fit takes one file, a glob or a folder, got several");
  if (flags["by"] === "none" && flags["minRows"] !== undefined)
    throw new UsageError("--min-rows is of classes that are ranked by themselves: leave it out with --by none");
  const { source, batch, replicates, atRest } = await openRows(invocation, terminal, args[0]!);
  const options: GuardOptions = { classes: source.classes, params: detectorParams(flags), atRest };
  if (replicates) options.replicates = replicates;
  for (const name of ["by", "method", "minRows", "keep", "seed"] as const)
    if (flags[name] !== undefined) Object.assign(options, { [name]: flags[name] });
  if (flags["detectors"] !== undefined) options.detectors = list(String(flags["detectors"]));
  const fitted = fitGuard(batch, options);
  await writeWhole(String(flags["output"]), `${toJson(fitted.guard, 0)}\n`);
  terminal.err(`Wrote ${flags["output"]}\n`);
  terminal.out(
    flags["json"]
      ? `${toJson({ ...documentOf(fitted), output: flags["output"] })}\n`
      : textOf(fitted, terminal.columns),
  );
  return DONE;
}

function detectorParams(flags: Invocation["flags"]): Record<string, Params> {
  const given: Record<string, Params> = {};
  for (const { name, params } of detectors)
    for (const param of params)
      if (flags[param.name] !== undefined) (given[name] ??= {})[param.name] = flags[param.name]!;
  return given;
}

function documentOf({ guard, notes }: FittedGuard): object {
  const { params, method, classes, fittedOn, metrics } = guard;
  return {
    rows: fittedOn.rows,
    method,
    by: params.by,
    kind: params.kind,
    detectors: params.detectors.map(({ name }) => name),
    groups: groupsOf(guard),
    predicted: Object.fromEntries(classes.map((name, k) => [name, params.predicted[k]])),
    smallestP: metrics["smallestP"],
    notes,
  };
}

/** Benign rows that are ranked in, by group. */
function groupsOf({ params: { ranks, detectors: used }, classes }: FittedGuard["guard"]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(ranks).map(([group, values]) => [
      group === "pooled" ? group : classes[Number(group)]!,
      values[used[0]!.name]!.length,
    ]),
  );
}

function textOf(fitted: FittedGuard, columns: number): string {
  const { guard, notes } = fitted;
  const groups = Object.entries(groupsOf(guard))
    .map(([name, rows]) => `${name} ${rows.toLocaleString("en")}`)
    .join(", ");
  const printed = detectors.filter(({ combined }) => !combined).map(({ name }) => name);
  const used = guard.params.detectors.map(({ name }) => (printed.includes(name) ? `${name} (not combined)` : name));
  const how =
    guard.method === "fisher"
      ? "Fisher's −2 Σ ln p, ranked again among other benign rows"
      : "the smallest times their number (Bonferroni)";
  return `${[
    `${guard.fittedOn.rows.toLocaleString("en")} benign rows; ranked among: ${groups}`,
    `two-sided p-values of ${used.join(", ")}`,
    `combined: ${how}; in every group p can be as small as ${number(guard.metrics["smallestP"]!)}`,
    ...notes,
  ]
    .flatMap((text) => wrap(text, Math.min(columns, 100)))
    .join("\n")}\n`;
}
