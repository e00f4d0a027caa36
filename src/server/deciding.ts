import { createHash } from "node:crypto";
import { type Batch, type Decision, takeRows } from "../core/index.js";
import type { Generation, Serving } from "./generation.js";
import { Pieces } from "./pieces.js";
import { numeral, placeText, quoted, verdictText } from "./quoted.js";

export type Role = "main" | "canary" | "shadow";

/** How many rows of a request had this action. */
export interface Count {
  serving: Serving;
  action: string;
  role: Role;
  rows: number;
}

/** What was decided about the rows of one request: as text, and counted. */
export interface Deciding {
  /** JSON of the answer. */
  answer: string;
  /** What the record says of it: fields of a JSON object. */
  record: string;
  counts: Count[];
  /** Rows for which the shadow policy would have done something else. */
  disagreements: number;
}

const answer = new Pieces();
const record = new Pieces();

/**
 * Decides about the rows of a request under one generation, and writes answer and record as it goes: numbers are turned into text once, and no row leaves an
 * object behind. Canary and shadow speak only of rows that the main policy is asked about.
 *
 * @param keep is told the probability and class of each row, and what decided it.
 */
export function decideRows(
  generation: Generation,
  serving: Serving,
  batch: Batch,
  request: string,
  keep: (p: number, about: string, serving: Serving) => void,
): Deciding {
  const { ids, rows } = batch;
  const asked = serving === generation.main;
  const canary = asked && generation.canary ? canaryRows(generation.canary, batch, request) : undefined;
  const shadow = asked ? generation.shadow : undefined;
  const otherwise = shadow?.decide(batch);
  const counts: Count[] = [];
  let disagreements = 0;
  const own = JSON.stringify(request);
  const served = quoted(serving.version);
  // Of a row without a name: the request's, and which row where there are several.
  const stem = ids || rows === 1 ? "" : own.slice(0, -1);
  const [end, next] = [`,"policy":${served}`, `,{"id":${stem}`];
  const plainEnd = `"${end}}${next}`;
  answer.begin();
  record.begin();
  answer.add(`{"id":${own}${end},"decisions":[${next.slice(1)}`);
  record.add('"decisions":[');
  serving.each(batch, (main, row) => {
    const other = canary?.get(row);
    const one = other ?? main;
    const verdict = verdictText(one.action, one.class);
    const [p, margin] = [numeral(one.p), numeral(one.margin)];
    if (ids) answer.add(`${JSON.stringify(ids[row])},"row":${row}`);
    else answer.add(rows === 1 ? `${own},"row":0` : placeText(row));
    answer.add(verdict.answer);
    answer.add(p);
    answer.add(',"margin":');
    answer.add(margin);
    if (one.labels) answer.add(`,"labels":${JSON.stringify(one.labels)}`);
    const last = row === rows - 1;
    if (serving.plain && !other && one.contract === undefined) {
      answer.add(',"reason":"');
      answer.add(one.reason);
      answer.add(last ? `"${end}}` : plainEnd);
    } else {
      const contract = one.contract === undefined ? "" : `,"contract":"${one.contract}"`;
      answer.add(
        `,"reason":${JSON.stringify(one.reason)}${other ? `,"policy":${quoted(other.policy)}` : end}${contract}}`,
      );
      if (!last) answer.add(next);
    }
    record.add(verdict.record);
    record.add(p);
    record.add(",");
    record.add(margin);
    record.add(other ? `,${quoted(other.policy)}]` : "]");
    if (!last) record.add(",");
    const by = other ? generation.canary! : serving;
    count(counts, by, one.action, other ? "canary" : "main");
    if (otherwise) {
      count(counts, shadow!, otherwise[row]!.action, "shadow");
      if (otherwise[row]!.action !== one.action) disagreements++;
    }
    keep(one.p, one.class, by);
  });
  answer.add("]}");
  record.add("]");
  if (otherwise)
    record.add(`,"shadow":{"policy":${quoted(shadow!.version)},"decisions":[${otherwise.map(brief).join(",")}]}`);
  return { answer: answer.take(), record: record.take(), counts, disagreements };
}

/** What the canary decides about the rows that fall to it. */
function canaryRows(
  { share, decide }: NonNullable<Generation["canary"]>,
  batch: Batch,
  request: string,
): Map<number, Decision> {
  const { ids, rows } = batch;
  const chosen: number[] = [];
  for (let row = 0; row < rows; row++) {
    const id = ids?.[row] ?? (rows === 1 ? request : `${request}-${row}`);
    if (shareOf(id) < share) chosen.push(row);
  }
  if (chosen.length === 0) return new Map();
  return new Map(decide(takeRows(batch, chosen)).map((decision, i) => [chosen[i]!, decision]));
}

/** A request has few actions: they are found by looking, the last one first of all. */
function count(counts: Count[], serving: Serving, action: string, role: Role): void {
  for (let i = counts.length - 1; i >= 0; i--) {
    const one = counts[i]!;
    if (one.action !== action || one.role !== role) continue;
    one.rows++;
    return;
  }
  counts.push({ serving, action, role, rows: 1 });
}

/** Where in [0, 1) an id falls: the same on every machine and at every time. */
export function shareOf(id: string): number {
  return createHash("sha256").update(id).digest().readUInt32BE(0) / 2 ** 32;
}

const brief = ({ action, class: about, p, margin }: Decision): string =>
  `[${quoted(action)},${quoted(about)},${numeral(p)},${numeral(margin)}]`;
