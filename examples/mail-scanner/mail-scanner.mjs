// A mail scanner and spam that learns to talk like ham: how far good words carry, and what a guard sees of each attack.
//
//     npm ci && npm run build
//     node examples/mail-scanner/mail-scanner.mjs
//
// The scores are those in data/: 3,638 mails of the SpamAssassin corpus, and 345 caught spams with 0 … 50 good words added (data/README.md).
import { fileURLToPath } from "node:url";
import { calibrate, collect, decide, read, threshold } from "logits";
import { evaluateGuard, fitGuard, scorer } from "logits/guard";

const data = (name) => fileURLToPath(new URL(`../../data/${name}`, import.meta.url));
const HAM = 0;

/** The whole story; `say` gets its lines. Returns the numbers it told. */
export async function mailScanner({ say = console.log } = {}) {
  const august = await read(data("spam.val.npz"));
  const later = await read(data("spam.test.npz"));
  const { classes } = later;

  const calibrator = await calibrate(august, { method: "temperature" });
  const { policy, at, guarantee } = await threshold(august, {
    positive: "spam",
    maxFpr: 0.01,
    calibrator,
    actions: ["block", "deliver"],
    name: "mail-scanner",
  });
  say(
    `The scanner blocks at P(spam) ≥ ${percent(at)}: on mail like August's at most ${percent(guarantee.bound)} of ham is blocked (confidence ${percent(guarantee.confidence)}).`,
  );
  const mails = await collect(later);
  const blocked = (await decide(later, policy)).map(({ action }) => action === "block");
  const rate = (label) => {
    const rows = rowsWhere(mails, (row) => mails.labels[row] === label);
    return rows.filter((row) => blocked[row]).length / rows.length;
  };
  const plainly = { spam: rate(1), ham: rate(HAM) };
  say(
    `September to December it blocks ${percent(plainly.spam)} of spam, and ${percent(plainly.ham)} of ham: mail drifts, and the promise was about August.\n`,
  );

  // Each list of words, the same spams after 0, 1 … 50 of them.
  const spams = { white: await stepsOf("white"), black: await stepsOf("black") };
  const curves = await curvesOf(spams, policy, say);
  const evidence = evidenceOf(spams, mails, await collect(august), classes, say);
  return { at, plainly, curves, ...evidence };
}

/** Share of the spams that are blocked as they were written, let through after so many words of each list. */
async function curvesOf(spams, policy, say) {
  const curves = {};
  const blockedRows = async (batch) =>
    (await decide(batch, policy)).flatMap(({ action, row }) => (action === "block" ? [row] : []));
  const caught = await blockedRows(spams.white[0]);
  say(`${caught.length} spams that it blocks, let through after so many good words:`);
  for (const [list, who] of [
    ["white", "who knows the scanner's weights"],
    ["black", "who has only seen ham"],
  ]) {
    curves[list] = [];
    say(`  an attacker ${who}`);
    for (const words of [0, 1, 2, 5, 10, 15, 20, 30, 50]) {
      const still = await blockedRows(take(spams[list][words], caught));
      const share = 1 - still.length / caught.length;
      curves[list].push({ words, share });
      say(`  ${String(words).padStart(4)} words ${percent(share).padStart(8)} ${"█".repeat(Math.round(40 * share))}`);
    }
  }
  return curves;
}

/** What a guard that knows ham sees of spam that passes for it. */
function evidenceOf(spams, mails, august, classes, say) {
  // Ham that is taken for ham, as the guard will meet it. Old ham for one guard; every second ham of the later months for another, the rest to measure both.
  const ham = rowsWhere(mails, (row) => mails.labels[row] === HAM && lead(mails, row) < 0);
  const fresh = take(
    mails,
    ham.filter((_, i) => i % 2 === 0),
  );
  const held = take(
    mails,
    ham.filter((_, i) => i % 2 === 1),
  );
  const old = take(
    august,
    rowsWhere(august, (row) => august.labels[row] === HAM && lead(august, row) < 0),
  );

  const attacks = attacksOn(spams, median(Array.from({ length: fresh.rows }, (_, row) => lead(fresh, row))));
  const options = { classes, detectors: ["margin"], method: "bonferroni" };
  const [oldGuard, guard] = [old, fresh].map((benign) => fitGuard(benign, options).guard);
  const given = { benign: { batch: held }, attacks, passes: ["ham"] };
  const stale = evaluateGuard(oldGuard, given);
  const found = evaluateGuard(guard, given);
  const score = scorer(guard);

  say("\nA guard learns what ham looks like: two scores a mail, so all it can see is how sure the scanner is.");
  const unusual = ({ benign: { fpr } }) => `${rateText(fpr["1"])} at 1 %, ${rateText(fpr["5"])} at 5 %`;
  say(`Ham that it calls unusual, of ${held.rows} mails held out from the later months:`);
  say(`  fitted on August's ham       ${unusual(stale)}`);
  say(`  fitted on ham of those months ${unusual(found)}\n`);
  say("What the second one finds of spam that passes for ham, attack by attack (an average would say nothing):");
  say("attack             passes   found at 1 %           found at 5 %           AUROC  called");
  for (const [k, { name, rows, given, detectors }] of found.attacks.entries()) {
    const { tpr, auroc } = detectors.margin;
    const called = commonest(
      score(attacks[k].batch).filter(({ words, predicted }) => predicted === HAM && words !== "usual"),
    );
    say(
      `${name.padEnd(16)}${`${rows}/${given}`.padStart(9)}   ${rateText(tpr["1"]).padEnd(22)} ${rateText(tpr["5"]).padEnd(22)}   ${auroc.toFixed(2).padStart(5)}  ${called}`,
    );
  }
  say(`\n${found.caveat}`);
  return { stale, found };
}

/**
 * Spam made to pass for ham, in ways that differ in what they know and where they stop. `minimal` stops as soon as the mail passes, `adaptive` knows the guard and
 * stops where a mail is as sure as ham usually is, the rest add all their words.
 */
function attacksOn(spams, usual) {
  const choose = (list, best) => {
    const steps = spams[list];
    const rows = Array.from({ length: steps[0].rows }, (_, row) =>
      take(steps[best(steps.map((step) => lead(step, row)))], [row]),
    );
    return joined(rows);
  };
  const last = (leads) => leads.length - 1;
  const first = (leads) =>
    Math.max(
      0,
      leads.findIndex((one) => one < 0),
    );
  const nearest = (leads) =>
    leads.reduce((best, one, k) => (Math.abs(one - usual) < Math.abs(leads[best] - usual) ? k : best), 0);
  return [
    { name: "white, minimal", batch: choose("white", first) },
    { name: "white, 50 words", batch: choose("white", last) },
    { name: "black, minimal", batch: choose("black", first) },
    { name: "black, 50 words", batch: choose("black", last) },
    { name: "white, adaptive", batch: choose("white", nearest) },
  ];
}

/** The 345 spams with 0, 1 … 50 good words of a list added: scores after each. */
async function stepsOf(list) {
  const steps = [];
  for (let replicate = 0; replicate <= 50; replicate++) {
    const axes = ["rows", "replicates", "classes"];
    const source = await read(data("spam.goodwords.npz"), { logitsKey: list, axes, replicate, labelBase: 0 });
    steps.push(await collect(source));
  }
  return steps;
}

/** Log-odds of spam. */
const lead = ({ values }, row) => values[2 * row + 1] - values[2 * row];
const rowsWhere = ({ rows }, is) => Array.from({ length: rows }, (_, row) => row).filter(is);
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

function take({ values, labels, classes }, rows) {
  return {
    kind: "logits",
    values: Float32Array.from(rows.flatMap((row) => Array.from(values.subarray(row * classes, (row + 1) * classes)))),
    labels: Int32Array.from(rows, (row) => labels[row]),
    rows: rows.length,
    classes,
  };
}

const joined = (batches) => ({
  kind: "logits",
  values: Float32Array.from(batches.flatMap(({ values }) => Array.from(values))),
  labels: Int32Array.from(batches.flatMap(({ labels }) => Array.from(labels))),
  rows: batches.reduce((sum, { rows }) => sum + rows, 0),
  classes: batches[0].classes,
});

/** The word that most of these rows are described with. */
function commonest(rows) {
  const counts = new Map();
  for (const { words } of rows) counts.set(words, (counts.get(words) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "–";
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const rateText = ({ value, ci: [lo, hi] }) => `${percent(value)} (${(100 * lo).toFixed(1)} – ${percent(hi)})`;

if (process.argv[1] === fileURLToPath(import.meta.url)) await mailScanner();
