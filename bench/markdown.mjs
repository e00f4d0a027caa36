// The results as Markdown: each line of them, and the worst of each step.

/** A line of both runs, the quiet and the contended. */
function pairs({ quiet, contended }) {
  const key = ({ name, size, peer, goal }) => [name, size, peer, goal].join("|");
  const others = new Map((contended?.results ?? []).map((one) => [key(one), one]));
  const lines = (quiet?.results ?? []).map((one) => ({ quiet: one, contended: others.get(key(one)) }));
  const seen = new Set(lines.map(({ quiet: one }) => key(one)));
  return [
    ...lines,
    ...[...others].filter(([at]) => !seen.has(at)).map(([, one]) => ({ quiet: undefined, contended: one })),
  ];
}

/** First the worst of each step, then every result, group by group, with the state of the machine at that moment. */
export function speedPage(report) {
  const parts = Object.entries(report.groups).map(([group, runs]) =>
    [
      `## ${group}\n`,
      "| what | size | this package | peer | ratio | contended | must | aim, quiet | met | quiet run | contended run |",
      "|---|---|---|---|---|---|---|---|---|---|---|",
      ...pairs(runs).map((pair) => `| ${fullCells(pair).join(" | ")} |`),
      "",
    ].join("\n"),
  );
  return [
    "# Speed\n",
    "Made by `npm run bench`, again with `-- --contended`, and `node bench/table.mjs`. Every ratio is the median of those of rounds taken in turns within the same",
    "minute; absolute times are of the quiet run where there is one. *Must* holds on a contended machine too, *aim* on a quiet one. The last columns say",
    "what the machine did besides, at that moment: GB/s that one thread copied at before and after, and the share of all cores that went to others. A contended run",
    "has as many processes beside it as there are cores, each streaming through memory, and its times are means, because a median would leave out the turns that",
    "others take on the core, but only of short calls. A line that others disturbed is taken again in a quiet run, twice at most.\n",
    "Rows of scores: without a word, typical of a language model (a Gaussian floor under a Zipf head); `peaked`, the best token has .88; `uniform`, scores in",
    "[−1, 1], the worst case of a filter; `GPT-2` and `built-in` are real.\n",
    `${summary(report).replaceAll("\n", "\n\n")}\n`,
    "## The worst of each step\n",
    "Of each step the size and shape that is worst beside its goal; how many of all meet it.\n",
    worstTable(report),
    ...parts,
  ].join("\n");
}

function fullCells({ quiet, contended }) {
  const one = quiet ?? contended;
  return [
    `${one.name}${accuracy(one)}${one.note ? ` (${one.note})` : ""}`,
    one.size,
    ...measuredCells(one),
    quiet?.ratio === undefined ? "–" : ratioText(quiet),
    contended ? ratioText(contended) : "–",
    must(one),
    aimText(one),
    verdict(quiet, contended),
    stateText(quiet?.state),
    stateText(contended?.state),
  ];
}

/** Of each step and peer the line that is worst beside its goal, and how many of its lines meet it. */
function worstTable(report) {
  const lines = Object.values(report.groups).flatMap((runs) => grouped(pairs(runs)).map(shortLine));
  return [
    "| what | worst at | this package | peer | ratio | contended | must | aim, quiet | met |",
    "|---|---|---|---|---|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}

/** The lines of each step beside each peer. */
function grouped(lines) {
  const groups = new Map();
  for (const line of lines) {
    const { name, peer } = line.quiet ?? line.contended;
    const key = `${name}|${peer}`;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups.values()];
}

function shortLine(all) {
  const quiet = all.map((pair) => pair.quiet).filter(Boolean);
  const contended = all.map((pair) => pair.contended).filter(Boolean);
  const one = worst(quiet) ?? worst(contended);
  const counts = (lines) => {
    const judged = lines.filter(({ met }) => met !== undefined);
    return judged.length === 0 ? "–" : `${judged.filter(({ met }) => met).length} of ${judged.length}`;
  };
  const aims = quiet.filter(({ aimed }) => aimed !== undefined);
  return `| ${[
    `${one.name}${accuracy(one)}`,
    one.size,
    ...measuredCells(one),
    quiet.length === 0 || one.ratio === undefined ? "–" : ratioText(one),
    contended.length > 0 ? `${ratioText(worst(contended))}, ${counts(contended)}` : "–",
    must(one),
    aims.length > 0 ? `${aimText(one)}, ${aims.filter(({ aimed }) => aimed).length} of ${aims.length}` : aimText(one),
    counts(quiet),
  ].join(" | ")} |`;
}

/** How far a result is from its goal; what was not run is behind all that was. */
const behind = ({ ratio, goal = 1, ours, limit }) =>
  limit !== undefined ? (ours ?? -1) / limit : ratio === undefined ? -1 : ratio / goal;

const worst = (lines) => [...lines].sort((a, b) => behind(b) - behind(a))[0];

function measuredCells({ peer, ours, theirs, unit }) {
  return [
    ours === undefined ? "not run" : amount(ours, unit),
    theirs === undefined ? (peer ? `${peer}: not run` : "–") : `${peer}: ${amount(theirs, unit)}`,
  ];
}

const accuracy = ({ error, theirError }) =>
  error === undefined ? "" : `; error ${error.toExponential(0)}, peer ${theirError.toExponential(0)}`;

const ratioText = ({ ratio, limit, ours, unit }) =>
  ratio !== undefined ? `${precise(ratio)}×` : limit !== undefined && ours !== undefined ? amount(ours, unit) : "–";

const must = ({ limit, goal, unit }) =>
  limit !== undefined ? `≤ ${amount(limit, unit)}` : goal ? `≤ ${Number(goal.toPrecision(2))}×` : "–";

const aimText = ({ aim }) => (aim ? `≤ ${aim}×` : "–");

function verdict(quiet, contended) {
  const judged = [quiet, contended].filter((one) => one?.met !== undefined);
  if (judged.length === 0) return "–";
  if (!judged.every(({ met }) => met)) return quiet?.met && !contended.met ? "quiet only" : "no";
  return quiet?.aimed ? "yes, aim too" : "yes";
}

/** On what these numbers were taken, how quiet it was, and how many goals were met. */
export function summary({ machine, peers, groups }) {
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  const runs = Object.values(groups);
  return [
    `${machine.model}, ${machine.cores} cores; Node ${machine.node}.`,
    `Peers, single thread: ${versions.join(", ") || "none"}.`,
    ...["quiet", "contended"]
      .map((mode) => modeText(mode, runs.map((run) => run[mode]).filter(Boolean)))
      .filter(Boolean),
  ].join("\n");
}

function modeText(mode, runs) {
  if (runs.length === 0) return "";
  const results = runs.flatMap((run) => run.results);
  const judged = results.filter(({ met }) => met !== undefined);
  const aims = results.filter(({ aimed }) => aimed !== undefined);
  const missing = results.filter(({ ratio, limit, peer }) => ratio === undefined && limit === undefined && peer).length;
  const dates = [...new Set(runs.map(({ date }) => date))].sort().join(", ");
  const aimed =
    mode === "quiet" && aims.length > 0 ? `, ${aims.filter((one) => one.aimed).length} of ${aims.length} aims` : "";
  return [
    `${mode === "quiet" ? "Quiet" : "Contended"} run, ${dates}: ${judged.filter(({ met }) => met).length} of ${judged.length} goals met${aimed}`,
    `${missing} not run. ${busyText(mode, results)}`,
  ].join("; ");
}

/** What the machine did during a run. */
function busyText(mode, results) {
  const others = results.map(({ state }) => state?.others).filter((share) => share !== undefined);
  if (others.length === 0) return "What else the machine did was not observed.";
  const sorted = others.sort((a, b) => a - b);
  const at = (share) => Math.round(100 * sorted[Math.floor(share * (sorted.length - 1))]);
  const speeds = results.flatMap(({ state }) => state?.bandwidth ?? []).sort((a, b) => a - b);
  const span = (values) => `${Math.round(values[0])} to ${Math.round(values.at(-1))}`;
  const noisy = sorted.filter((share) => share > 0.1).length;
  const disturbed = mode === "quiet" ? `, more than 10 % during ${noisy} of ${results.length} lines` : "";
  return `Other work took ${at(0.5)} % of the cores in the median${disturbed}; a copy ran at ${span(speeds)} GB/s.`;
}

/** The machine beside one result. */
export function stateText(state) {
  if (!state) return "–";
  const { bandwidth, others } = state;
  const speed = [...new Set(bandwidth.map((value) => value.toFixed(0)))].join("–");
  return `${speed} GB/s${others === undefined ? "" : `, others ${Math.round(100 * others)} %`}`;
}

export function amount(value, unit) {
  if (unit === "bytes") return `${Math.round(value)} bytes`;
  if (unit === "relative") return value.toExponential(1);
  if (unit === "MiB") return `${Math.round(value)} MiB`;
  if (value < 1) return `${precise(value * 1000)} µs`;
  return value < 1000 ? `${precise(value)} ms` : `${precise(value / 1000)} s`;
}

export const precise = (value) => (value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2))));
