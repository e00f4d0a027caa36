// `npm run bench -- [GROUP …] [--rounds N] [--budget MS] [--contended]`: this package against its peers, in turns; prints a table and keeps it in results.json.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import batches from "./groups/batches.mjs";
import decisions from "./groups/decide.mjs";
import conform from "./groups/conform.mjs";
import fallback from "./groups/fallback.mjs";
import fit from "./groups/fit.mjs";
import guards from "./groups/guard.mjs";
import io from "./groups/io.mjs";
import isotonic from "./groups/isotonic.mjs";
import learning from "./groups/learn.mjs";
import processes from "./groups/process.mjs";
import rows from "./groups/rows.mjs";
import sampling from "./groups/sampling.mjs";
import serving from "./groups/serve.mjs";
import threads from "./groups/threads.mjs";
import { alone, interleave, timeOf } from "./harness.mjs";
import { contend, cpu, watch } from "./machine.mjs";
import { Peers } from "./peer.mjs";
import { rowText, summary } from "./table.mjs";

const groups = {
  sampling,
  rows,
  batches,
  fit,
  isotonic,
  conform,
  guard: guards,
  threads,
  fallback,
  io,
  process: processes,
  learn: learning,
  serve: serving,
  decide: decisions,
};
const resultsFile = fileURLToPath(new URL("results.json", import.meta.url));

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    budget: { type: "string", default: "120" },
    contended: { type: "boolean", default: false },
  },
});
const order = Object.keys(groups);
const unknown = positionals.filter((group) => !order.includes(group));
if (unknown.length > 0) {
  process.stderr.write(`Cannot run ${unknown.join(", ")}: groups are ${order.join(", ")}\n`);
  process.exit(2);
}
const wanted = positionals.length > 0 ? positionals : order;
const defaults = {
  rounds: Number(flags.rounds),
  budget: Number(flags.budget),
  average: flags.contended ? "mean" : "median",
};

// Results of a machine that others use as well are kept beside those of one that is let alone.
const mode = flags.contended ? "contended" : "quiet";
// On a machine that never rests, measuring again does not help.
let patience = 40;
const date = new Date().toISOString().slice(0, 10);
const peers = await Peers.start();
// Groups that are not asked for keep what is known of them.
const report = { ...readReport(), machine: { ...cpu(), node: process.versions.node }, peers: peers.versions };
const relent = flags.contended ? await contend(cpu().cores) : undefined;
try {
  for (const group of wanted) {
    process.stdout.write(`\n${group}\n`);
    report.groups[group] = { ...report.groups[group], [mode]: { date, results: await resultsOf(groups[group]) } };
  }
} finally {
  await relent?.();
}
await peers.stop();
report.groups = Object.fromEntries(
  order.filter((group) => group in report.groups).map((group) => [group, report.groups[group]]),
);
writeFileSync(resultsFile, `${JSON.stringify(report, undefined, 1)}\n`);
process.stdout.write(`\n${summary(report)}\n`);

async function resultsOf(group) {
  const watched = await watch(() => peers.seconds());
  const results = [];
  for await (const one of group(peers)) {
    if (one.forget) {
      await peers.forget();
      continue;
    }
    const result = await undisturbed(one, watched);
    results.push(result);
    process.stdout.write(`  ${rowText(result)}\n`);
  }
  return results;
}

/** In a quiet run a time that others disturbed is taken again, twice at most, while patience lasts; the least disturbed counts. */
async function undisturbed(one, watched) {
  let best;
  for (let attempt = 0; attempt < 3; attempt++) {
    // What happened since the last line, while the next was made ready, is none of this one's.
    await watched.next();
    const result = { ...(await measured(one)), state: await watched.next() };
    if (!best || disturbance(result) < disturbance(best)) best = result;
    if (mode === "contended" || !one.ours || disturbance(result) <= 0.1 || patience-- <= 0) break;
  }
  return best;
}

function disturbance({ state }) {
  return state.others ?? 0;
}

async function measured(one) {
  const { name, size, unit = "ms", peer, goal, aim, limit, missing, share = 1 } = one;
  const row = {
    name,
    size,
    unit,
    ...(peer && { peer }),
    ...(goal && { goal }),
    ...(aim && { aim }),
    ...(limit && { limit }),
  };
  if (missing) return { ...row, note: missing };
  const options = { ...defaults, budget: defaults.budget * share, rounds: one.rounds ?? defaults.rounds };
  try {
    return { ...row, ...(await timed(one, options)) };
  } catch (error) {
    return { ...row, note: error.message.split("\n", 1)[0] };
  }
}

async function timed(one, options) {
  if (one.oursValue) {
    const [ours, theirs] = [one.oursValue(), one.theirValue?.()];
    if (theirs === undefined) return one.limit === undefined ? { ours } : { ours, met: ours <= one.limit };
    return judged(one, { ours, theirs, ratio: ours / theirs });
  }
  const peer = peerOf(one);
  if (peer) return judged(one, await interleave(one.ours, peer, options));
  const { ours } = await alone(one.ours, options);
  return one.limit ? { ours, met: ours <= one.limit } : { ours };
}

/** Something that times the peer, or undefined where it is missing. */
function peerOf({ peerRun, job, args }) {
  if (peerRun) return (budget, average) => timeOf(peerRun, budget, average);
  return job && peers.can(job) ? peers.timer(job, args) : undefined;
}

/** A time is only worth something when both did the same. */
function judged(one, { values, ...times }) {
  const notes = [];
  if (one.tolerance !== undefined && values && values.theirs !== null) {
    const off = Math.abs(values.ours - values.theirs);
    if (!(off <= one.tolerance * Math.max(Math.abs(values.theirs), 1e-9)))
      notes.push(`results differ: ${values.ours} and ${values.theirs}`);
  }
  if (one.reference !== undefined) {
    const error = (value) => Math.abs(value / one.reference - 1);
    times.error = error(values.ours);
    times.theirError = error(values.theirs);
    if (!(times.error <= one.referenceTolerance)) notes.push(`relative error ${times.error.toExponential(1)}`);
  }
  // A row without a goal is there to be seen.
  const met = one.goal === undefined ? undefined : times.ratio <= one.goal && notes.length === 0;
  const aimed = one.aim === undefined ? undefined : met && times.ratio <= one.aim;
  return {
    ...times,
    ...(met !== undefined && { met }),
    ...(aimed !== undefined && { aimed }),
    ...(notes.length > 0 && { note: notes.join("; ") }),
  };
}

function readReport() {
  try {
    const report = JSON.parse(readFileSync(resultsFile, "utf8"));
    // Files of before there were two ways.
    for (const [group, one] of Object.entries(report.groups))
      if (one.results) report.groups[group] = { quiet: { date: one.date, results: one.results } };
    return report;
  } catch {
    return { groups: {} };
  }
}
