// A firewall with a promise: a policy that blocks few honest connections, the service that applies it, a change of the world, the alarm, and the end of the promise.
//
//     npm ci && npm run build
//     node examples/firewall/firewall.mjs                          connections that are made up, a model that is trained here
//     node examples/firewall/firewall.mjs HOME LATER [ATTACKS]     logits and labels of your own; the first class is the honest one
//     node examples/firewall/firewall.mjs --keep DIR               keeps policies, guard and audit trail in DIR
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { calibrate, decide, threshold } from "logits";
import { fitGuard } from "logits/guard";
import { serve } from "logits/server";
import { ofFiles, shuffledRows, sourceOf, take, trained } from "./scores.mjs";

/** Rows a request, and how many rows later the truth about a connection is known. */
const together = 50;
const late = 500;
const lineEvery = 500;

/** The whole story; `say` gets its lines. Returns the numbers it told. */
export async function firewall({ scores, keep, say = console.log } = {}) {
  const { what, home: all, later } = scores ?? (await trained());
  const [honest] = all.classes;
  say(`Scores: ${what}; ${all.classes.length} classes, ${honest} is honest.`);

  // Rows of home go three ways: for the temperature, for the promise and the guard, and into the stream. No row goes two.
  const order = shuffledRows(all.batch.rows, 7);
  const [a, b] = [Math.round(0.15 * order.length), Math.round(0.7 * order.length)];
  const [forTemperature, forPromise, home] = [order.slice(0, a), order.slice(a, b), order.slice(b)].map((rows) =>
    take(all, rows),
  );

  const calibrator = await calibrate(sourceOf(forTemperature), { method: "temperature" });
  const positive = `not:${honest}`;
  const actions = ["block", "pass"];
  const promised = await threshold(sourceOf(forPromise), {
    positive,
    maxFpr: 0.01,
    calibrator,
    actions,
    name: "contract",
  });
  if (!promised.met) throw new Error(promised.reason);
  const { policy } = promised;
  const { policy: plain } = await threshold(sourceOf(forPromise), { positive, at: 0.95, actions, name: "plain" });
  const { guard } = fitGuard(forPromise.batch, { classes: all.classes });
  say(
    `Contract: at most 1 % of honest connections are blocked, at 95 % confidence: block at P ≥ ${percent(promised.at)}\n` +
      `(temperature ${calibrator.params.temperature.toFixed(2)}; found on ${promised.negatives} honest connections, of which ${promised.fpr.count} were blocked).\n` +
      "Beside it, only recorded: the plain rule, P ≥ 95 % of the scores as they are, which promises nothing.\n",
  );

  if (keep !== undefined && existsSync(join(keep, "audit")))
    throw new Error(`Cannot keep files in ${keep}: it must hold no audit trail yet, got one`);
  const folder = keep ?? mkdtempSync(join(tmpdir(), "logits-firewall-"));
  mkdirSync(folder, { recursive: true });
  const file = (name, document) => {
    writeFileSync(join(folder, name), `${JSON.stringify(document, undefined, 2)}\n`);
    return join(folder, name);
  };
  const service = await serve({
    policy: file("contract.json", policy),
    shadow: file("plain.json", plain),
    guard: file("guard.json", guard),
    audit: join(folder, "audit"),
    port: 0,
  });
  try {
    return await watch(service.url, { home, later, honest, plain, say });
  } finally {
    await service.close();
    if (keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Sends the stream to the service as a firewall would, and the truth after it. */
async function watch(url, { home, later, honest, plain, say }) {
  const post = async (path, body) => {
    const answer = await fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const metrics = async () => (await fetch(`${url}/metrics`)).text();

  const seen = [];
  let told = 0;
  const tell = async (until) => {
    const labels = seen.slice(told, until).map(({ id, truth }) => ({ id, label: truth }));
    told = until;
    return labels.length > 0 ? post("/v1/labels", { labels }) : { matched: 0 };
  };
  const result = { change: home.batch.rows, labels: 0 };
  say("connections    honest ones blocked   attacks blocked    calibration   the alarm's   contract");
  say("               contract   plain      contract  plain    error so far  stake");
  for (const part of [home, later]) {
    const plainly = await decide(sourceOf(part), plain);
    for (let from = 0; from < part.batch.rows; from += together) {
      const rows = Array.from({ length: Math.min(together, part.batch.rows - from) }, (_, i) => from + i);
      const ids = rows.map((row) => `${part === home ? "home" : "later"}-${row}`);
      const { decisions } = await post("/v1/decide", { logits: rows.map((row) => scoresOf(part.batch, row)), ids });
      decisions.forEach((decision, i) =>
        seen.push({ ...decision, truth: part.classes[part.batch.labels[rows[i]]], plain: plainly[rows[i]].action }),
      );
      result.labels += (await tell(Math.max(told, seen.length - late))).matched;
      result.revoked ??= await firstRevoked(url, decisions, seen, result.change, say);
      if (seen.length % lineEvery === 0 || seen.length === result.change) say(lineOf(seen, await metrics(), honest));
    }
    if (part === home) {
      result.home = { ...rates(seen, honest), error: metric(await metrics(), "logits_calibration_error") };
      say("— the world changes, and nobody tells the firewall —");
    }
  }
  result.labels += (await tell(seen.length)).matched;

  const text = await metrics();
  const before = seen.slice(result.change, result.revoked?.row ?? seen.length);
  const after = result.revoked ? seen.slice(result.revoked.row) : [];
  Object.assign(result, {
    seen,
    unpromised: rates(before, honest),
    after: rates(after, honest),
    error: metric(text, "logits_calibration_error"),
    shadowBlocks: metric(text, "logits_decisions_total", 'action="block",role="shadow"'),
  });
  say(
    `\nOf ${seen.length} decisions ${result.labels} got their truth, late. The calibration error of all of them is ${result.error.toFixed(3)}; at home it was ${result.home.error.toFixed(3)}.`,
  );
  say(`At home      ${story(result.home)}`);
  say(`Changed      ${story(result.unpromised)}, before the alarm`);
  if (result.revoked)
    say(`Revoked      ${story(result.after)}: these a firewall hands to a person and blocks none by itself`);
  return result;
}

/** The first decision that says "revoked": where it is in the stream, and what the alarm had to say. */
async function firstRevoked(url, decisions, seen, change, say) {
  const at = decisions.findIndex(({ contract }) => contract === "revoked");
  if (at < 0) return undefined;
  const { policies } = await (await fetch(`${url}/v1/policy`)).json();
  const { reason } = policies.find(({ contract }) => contract === "revoked").revoked;
  const row = seen.length - decisions.length + at;
  say(`The alarm rings. The contract is revoked from connection ${row} on, ${row - change} after the change:`);
  say(`  ${reason}`);
  const blocked = decisions.find(({ action }) => action === "block");
  if (blocked) say(`  a decision now: ${blocked.action}, contract ${blocked.contract}. ${blocked.reason}`);
  return { row, delay: row - change, reason };
}

/** What was blocked of what there was, by the contract's policy and by the plain rule. */
function rates(decisions, honest) {
  const count = (of, rule) => of.filter((one) => one[rule] === "block").length;
  const innocent = decisions.filter(({ truth }) => truth === honest);
  const attacks = decisions.filter(({ truth }) => truth !== honest);
  const of = (rule) => ({
    blocked: count(decisions, rule),
    fpr: count(innocent, rule) / innocent.length,
    recall: count(attacks, rule) / attacks.length,
    precision: count(attacks, rule) / count(decisions, rule),
  });
  return { contract: of("action"), plain: of("plain"), honest: innocent.length, attacks: attacks.length };
}

function lineOf(seen, text, honest) {
  const { contract, plain } = rates(seen.slice(-lineEvery), honest);
  const stake = metric(text, "logits_alarm_martingale");
  const error = metric(text, "logits_calibration_error");
  const cells = [percent(contract.fpr), percent(plain.fpr), percent(contract.recall), percent(plain.recall)];
  const [state] = seen.slice(-1);
  return `${String(seen.length).padStart(9)}${cells.map((cell, i) => cell.padStart([14, 11, 14, 10][i])).join("")}${(Number.isNaN(error) ? "–" : error.toFixed(4)).padStart(13)}${stake.toPrecision(3).padStart(13)}   ${state.contract}`;
}

const story = ({ contract, plain, honest, attacks }) =>
  `${contract.blocked} blocked, right in ${percent(contract.precision)} (plain rule: ${plain.blocked}, ${percent(plain.precision)}); honest ones blocked: ${percent(contract.fpr)} of ${honest}; attacks: ${percent(contract.recall)} of ${attacks}`;

const scoresOf = ({ values, classes }, row) => Array.from(values.subarray(row * classes, (row + 1) * classes));
const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** The value of a line of /metrics, by its name and some of its labels. */
function metric(text, name, labels = "") {
  const line = text
    .split("\n")
    .find((one) => one.startsWith(name) && !one.startsWith(`${name}_`) && one.includes(labels));
  return line === undefined ? Number.NaN : Number(line.slice(line.lastIndexOf(" ") + 1));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { keep: { type: "string" }, classes: { type: "string" } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const names = values.classes?.split(",");
  try {
    if (positionals.length === 1)
      throw new Error("Cannot run the firewall: there must be two files or more, got one: HOME LATER [ATTACKS]");
    const scores =
      positionals.length > 0 ? await ofFiles(positionals, { ...(names && { classes: names }) }) : undefined;
    await firewall({ ...(scores && { scores }), ...(values.keep && { keep: values.keep }) });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
