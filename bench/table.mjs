// The results as text: for a terminal while they come and, with `node bench/table.mjs`, as docs/speed.md and the README's line.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { amount, precise, speedPage, stateText, summary } from "./markdown.mjs";

/** One line: what, how large, both times, their ratio, the goal that must hold and the aim, whether they were met, and what else the machine did. */
export function rowText(result) {
  const { name, size, peer, ours, theirs, ratio, goal, aim, limit, unit, met, aimed, note, state } = result;
  const cells = [
    name.padEnd(52),
    size.padEnd(24),
    (ours === undefined ? "not run" : amount(ours, unit)).padStart(9),
    (theirs === undefined ? (peer ? `${peer}: not run` : "–") : `${peer}: ${amount(theirs, unit)}`).padEnd(30),
    (ratio === undefined ? "–" : `${precise(ratio)}×`).padStart(8),
    (limit !== undefined ? `≤ ${amount(limit, unit)}` : goal ? `≤ ${Number(goal.toPrecision(2))}×` : "–").padEnd(9),
    (aim ? `aim ${aim}×` : "").padEnd(11),
    (met === undefined ? "–" : met ? (aimed ? "yes, aim" : "yes") : "no").padEnd(9),
    stateText(state),
  ];
  return `${cells.join(" ")}${note ? `  (${note})` : ""}`;
}

export { summary };

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const file = (path) => fileURLToPath(new URL(path, import.meta.url));
  const report = JSON.parse(readFileSync(file("results.json"), "utf8"));
  const readme = file("../README.md");
  const between = /(<!-- bench -->\n)[\s\S]*?(<!-- \/bench -->)/;
  const line = (_, start, end) => `${start}${summary(report).replaceAll("\n", " ")}\n${end}`;
  writeFileSync(readme, readFileSync(readme, "utf8").replace(between, line));
  writeFileSync(file("../docs/speed.md"), speedPage(report));
}
