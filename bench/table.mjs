// The results as text: for a terminal while they come and, with `node bench/table.mjs`, as the README's table.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

/** One line: what, how large, both times, their ratio, the goal, whether it was met. */
export function rowText(result) {
  const [name, size, ours, peer, ratio, goal, met] = cells(result);
  const note = result.note ? `  (${result.note})` : "";
  return `${name.padEnd(42)}${size.padEnd(20)}${ours.padStart(9)}  ${peer.padEnd(34)}${ratio.padStart(9)} ${goal.padEnd(9)}${met}${note}`;
}

/** On what these numbers were taken, and how many goals were met. */
export function summary({ machine, peers, results, date }) {
  const { model, cores, node } = machine;
  const judged = results.filter(({ met }) => met !== undefined);
  const met = judged.filter((result) => result.met).length;
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return [
    `${model}, ${cores} cores; Node ${node}; ${date}. The machine was ${quiet(machine)}.`,
    `Peers, single thread: ${versions.join(", ") || "none"}.`,
    `${met} of ${judged.length} goals met; ${results.length - judged.length} not run.`,
  ].join("\n");
}

function quiet({ loadBefore, loadAfter, others }) {
  const load = `load ${loadBefore.toFixed(2)} before, ${loadAfter.toFixed(2)} after`;
  if (others === undefined) return `not observed (${load})`;
  return `${others < 0.1 ? "quiet" : "not quiet"}: other work took ${Math.round(100 * others)} % of its cores (${load})`;
}

function cells(result) {
  const { name, size, peer, ours, theirs, ratio, goal, limit, met, unit } = result;
  const missing = peer ? `${peer}: not run` : "–";
  return [
    name,
    size,
    ours === undefined ? "not run" : amount(ours, unit),
    theirs === undefined ? missing : `${peer}: ${amount(theirs, unit)}`,
    ratio === undefined ? "–" : `${precise(ratio)}×`,
    limit ? `≤ ${amount(limit, unit)}` : goal ? `≤ ${precise(goal)}×` : "–",
    met === undefined ? "–" : met ? "yes" : "no",
  ];
}

function amount(value, unit) {
  if (unit === "MiB") return `${Math.round(value)} MiB`;
  if (value < 1) return `${precise(value * 1000)} µs`;
  return value < 1000 ? `${precise(value)} ms` : `${precise(value / 1000)} s`;
}

const precise = (value) => (value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2))));

function markdown(report) {
  const lines = report.results.map((result) => `| ${cells(result).join(" | ")} |`);
  return [
    "| what | size | this package | peer | ratio | goal | met |",
    "|---|---|---|---|---|---|---|",
    ...lines,
    "",
    summary(report).replaceAll("\n", " "),
    "Ratios are medians of rounds taken in turns within the same minute; `npm run bench` makes this table again.",
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const path = fileURLToPath(new URL("../README.md", import.meta.url));
  const report = JSON.parse(readFileSync(new URL("results.json", import.meta.url), "utf8"));
  const between = /(<!-- bench -->\n)[\s\S]*?(<!-- \/bench -->)/;
  const table = (_, start, end) => `${start}${markdown(report)}\n${end}`;
  writeFileSync(path, readFileSync(path, "utf8").replace(between, table));
}
