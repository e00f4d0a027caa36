import type { ListedToken, SampleDocument, SweepRow } from "../plan/sample.js";
import { type Comparison, type Remark, samplers, type TraceStep } from "../sample/index.js";

const count = (n: number): string => n.toLocaleString("en");
const percent = (p: number): string => `${(100 * p).toPrecision(3)} %`;
const nameOf = ({ id, text }: { id: number; text?: string }): string =>
  text === undefined ? String(id) : `${id} ${JSON.stringify(text)}`;

/** What was drawn, from what; with a trace, how the row got there. */
export function sampleText(document: SampleDocument, tokens: number): string {
  const { trace, why, kept, logprob, seed, top } = document;
  const lines: string[] = [];
  if (trace) lines.push(...waterfall(trace, tokens), ...firstToGo(trace), "");
  lines.push(
    `Drawn: token ${nameOf({ id: document.token, ...(document.text !== undefined && { text: document.text }) })}, ${percent(Math.exp(logprob))} (ln p ${logprob.toFixed(4)}), seed ${seed}`,
    `Kept: ${count(kept)} of ${count(tokens)} ${tokens === 1 ? "token" : "tokens"}${kept > top.length && top.length > 0 ? `, the ${top.length === 1 ? "most probable of which is" : `${top.length} most probable of which are`}` : ""}`,
    ...tokenLines(top),
  );
  if (why) lines.push("", why.text);
  return `${lines.join("\n")}\n`;
}

function tokenLines(top: readonly ListedToken[]): string[] {
  const width = Math.max(0, ...top.map((token) => nameOf(token).length));
  const most = top[0]?.p ?? 1;
  return top.map((token) =>
    `  ${nameOf(token).padEnd(width)}  ${percent(token.p).padStart(9)}  ${"█".repeat(Math.round((24 * token.p) / most))}`.trimEnd(),
  );
}

/** Why each sampler removed the most probable of its tokens. */
function firstToGo(trace: readonly TraceStep[]): string[] {
  const lines = trace.flatMap(({ sampler, removed: [first] }) =>
    first
      ? [`First to go at ${sampler}: token ${first.id}, ${percent(first.p)}${first.why ? `: ${first.why}` : ""}`]
      : [],
  );
  return lines.length > 0 ? ["", ...lines] : [];
}

/** What every sampler left, a line each: so many columns of the sampler, left, removed, mass removed, entropy, KL. */
export function waterfall(trace: readonly TraceStep[], tokens: number, columns = 6): string[] {
  const head = ["", "left", "removed", "mass removed", "entropy", "KL"];
  const rows = trace.map((step) => [
    named(step),
    count(step.after),
    step.removedCount > 0 ? `−${count(step.removedCount)}` : step.noEffect ? "no effect" : "",
    step.removedCount > 0 ? percent(step.massRemoved) : "",
    step.entropyAfter.toFixed(3),
    step.kl > 0 ? step.kl.toPrecision(3) : "",
  ]);
  const first = [
    "the scores",
    count(trace[0]?.before ?? tokens),
    "",
    "",
    (trace[0]?.entropyBefore ?? NaN).toFixed(3),
    "",
  ];
  const table = [head, ...(trace.length > 0 ? [first] : []), ...rows];
  return aligned(table.map((cells) => cells.slice(0, columns)));
}

/** Columns as wide as they must be, the first to the left and the others to the right. */
function aligned(table: readonly string[][]): string[] {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  return table.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
}

/** A line an engine; then what became of each setting. */
export function comparisonText({ engines, distances }: Comparison): string {
  const [reference] = engines;
  const table = engines.map(({ engine, verified, kept, first, entropy }) => {
    const apart = distances.find((pair) => pair.engines[0] === reference!.engine && pair.engines[1] === engine);
    return [
      verified ? engine : `${engine} (unverified)`,
      count(kept),
      String(first.id),
      percent(first.p),
      entropy.toFixed(3),
      (apart?.totalVariation ?? 0).toFixed(3),
    ];
  });
  const lines = aligned([["", "kept", "first", "its p", "entropy", `apart from ${reference!.engine}`], ...table]);
  for (const { engine, effects } of engines) {
    lines.push("", engine, ...effects.map(({ setting, effect }) => `  ${setting}: ${effect}`));
  }
  return `${lines.join("\n")}\n`;
}

export function remarksText(remarks: readonly Remark[]): string {
  if (remarks.length === 0) return "Nothing to remark.\n";
  return remarks.map(({ message }) => `- ${message}\n`).join("");
}

/** The sampler with what switches it on: "topK 40", "xtc 0.5". */
function named({ sampler: name, params }: TraceStep): string {
  const switches = (samplers.find((sampler) => sampler.name === name)?.params ?? []).filter(
    (param) => param.noop !== undefined && params[param.name] !== undefined,
  );
  const on = switches.filter((param) => params[param.name] !== param.noop);
  const shown = on.length > 0 ? on : switches.slice(0, 1);
  return [
    name,
    ...shown.map((param) => (switches.length > 1 && param.name !== name ? `${param.name} ` : "") + params[param.name]),
  ].join(" ");
}

/** One line a value: tokens kept, entropy, the first tokens. */
export function sweepText(name: string, rows: readonly SweepRow[]): string {
  const lines = rows.map(({ value, kept, entropy, top }) => {
    const first = top
      .slice(0, 5)
      .map((token) => `${nameOf(token)} ${percent(token.p)}`)
      .join("   ");
    return `${name} ${String(value).padEnd(6)} kept ${count(kept).padStart(7)}   entropy ${entropy.toFixed(3)} nats   ${first}`;
  });
  return `${lines.join("\n")}\n`;
}
