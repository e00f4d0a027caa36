// The results as text: for a terminal while they come and, with `node bench/table.mjs`, as the README's table.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

/** One line: what, how large, both times, their ratio, the goal, whether it was met. */
export function rowText(result) {
  const [name, size, ours, peer, ratio, goal, met] = cells(result);
  const note = result.note ? `  (${result.note})` : "";
  return `${name.padEnd(46)}${size.padEnd(20)}${ours.padStart(9)}  ${peer.padEnd(34)}${ratio.padStart(9)} ${goal.padEnd(9)}${met}${note}`;
}

/** On what these numbers were taken, and how many goals were met. */
export function summary({ machine, peers, groups }) {
  const { model, cores, node } = machine;
  const results = resultsOf(groups);
  const judged = results.filter(({ met }) => met !== undefined);
  const met = judged.filter((result) => result.met).length;
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return [
    `${model}, ${cores} cores; Node ${node}; ${dates(groups)}. ${quiet(groups)}`,
    `Peers, single thread: ${versions.join(", ") || "none"}.`,
    `${met} of ${judged.length} goals met; ${results.filter((result) => result.ratio === undefined && !result.limit).length} not run.`,
  ].join("\n");
}

const resultsOf = (groups) => Object.values(groups).flatMap(({ results }) => results);

const dates = (groups) => [...new Set(Object.values(groups).map(({ date }) => date))].sort().join(", ");

function quiet(groups) {
  const seen = Object.entries(groups).filter(([, { others }]) => others !== undefined);
  if (seen.length === 0) return "Whether the machine was quiet was not observed.";
  const [worst, { others }] = seen.sort(([, a], [, b]) => b.others - a.others)[0];
  const loads = Object.values(groups).flatMap(({ load }) => load);
  return `The machine was ${others < 0.1 ? "quiet" : "not quiet"}: other work took at most ${Math.round(100 * others)} % of its cores (during ${worst}); load ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)} with this one.`;
}

function cells(result) {
  const { name, size, peer, ours, theirs, ratio, goal, limit, met, unit, error, theirError } = result;
  const accuracy = error === undefined ? "" : `; error ${error.toExponential(0)}, peer ${theirError.toExponential(0)}`;
  const missing = peer ? `${peer}: not run` : "–";
  return [
    `${name}${accuracy}`,
    size,
    ours === undefined ? "not run" : amount(ours, unit),
    theirs === undefined ? missing : `${peer}: ${amount(theirs, unit)}`,
    ratio === undefined ? "–" : `${precise(ratio)}×`,
    limit !== undefined ? `≤ ${amount(limit, unit)}` : goal ? `≤ ${precise(goal)}×` : "–",
    met === undefined ? "–" : met ? "yes" : "no",
  ];
}

function amount(value, unit) {
  if (unit === "bytes") return `${Math.round(value)} bytes`;
  if (unit === "relative") return value.toExponential(1);
  if (unit === "MiB") return `${Math.round(value)} MiB`;
  if (value < 1) return `${precise(value * 1000)} µs`;
  return value < 1000 ? `${precise(value)} ms` : `${precise(value / 1000)} s`;
}

const precise = (value) => (value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2))));

function markdown(report) {
  const lines = resultsOf(report.groups).map((result) => `| ${cells(result).join(" | ")} |`);
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
