import { createHash } from "node:crypto";
import { type Batch, type Decision, takeRows } from "../core/index.js";
import type { Generation, Serving } from "./generation.js";
import { numeral, quoted } from "./quoted.js";

/** What was decided about the rows of one request. */
export interface Deciding {
  serving: Serving;
  decisions: Decision[];
  /** Rows that the canary decided. */
  canary: number;
  /** What the shadow policy would have done. */
  shadow?: { serving: Serving; decisions: Decision[] };
}

/** Decides about rows under one generation: canary and shadow speak only of rows that the main policy is asked about. */
export function decideRows(
  generation: Generation,
  serving: Serving,
  batch: Batch,
  idOf: (row: number) => string,
): Deciding {
  const { main, canary, shadow } = generation;
  const asked = serving === main;
  const chosen: number[] = [];
  if (asked && canary)
    for (let row = 0; row < batch.rows; row++) if (shareOf(idOf(row)) < canary.share) chosen.push(row);
  const decisions = serving.decide(batch);
  if (chosen.length > 0) {
    const other = canary!.decide(takeRows(batch, chosen));
    for (let i = 0; i < chosen.length; i++) decisions[chosen[i]!] = { ...other[i]!, row: chosen[i]! };
  }
  const decided: Deciding = { serving, decisions, canary: chosen.length };
  if (asked && shadow) decided.shadow = { serving: shadow, decisions: shadow.decide(batch) };
  return decided;
}

/** Where in [0, 1) an id falls: the same on every machine and at every time. */
export function shareOf(id: string): number {
  return createHash("sha256").update(id).digest().readUInt32BE(0) / 2 ** 32;
}

/** The answer and the record of it, written together: numbers are turned into text once. */
export function written(
  request: string,
  { decisions, serving, shadow }: Deciding,
  ids: readonly string[] | undefined,
): { answer: string; record: string } {
  const { version } = serving;
  const served = quoted(version);
  const own = JSON.stringify(request);
  // Of a row without a name: the request's, and which row where there are several.
  const stem = decisions.length === 1 ? undefined : own.slice(0, -1);
  let answer = `{"id":${own},"policy":${served},"decisions":[`;
  let record = `"decisions":[`;
  for (let i = 0; i < decisions.length; i++) {
    const one = decisions[i]!;
    const [action, about, p, margin] = [quoted(one.action), quoted(one.class), numeral(one.p), numeral(one.margin)];
    const policy = one.policy === version ? served : quoted(one.policy);
    const id = ids ? JSON.stringify(ids[i]) : stem === undefined ? own : `${stem}-${i}"`;
    const comma = i === 0 ? "" : ",";
    answer += `${comma}{"id":${id},"row":${i},"action":${action},"class":${about},"p":${p},"margin":${margin}`;
    if (one.labels) answer += `,"labels":${JSON.stringify(one.labels)}`;
    answer += `,"reason":${JSON.stringify(one.reason)},"policy":${policy}`;
    answer += one.contract ? `,"contract":"${one.contract}"}` : "}";
    record += `${comma}[${action},${about},${p},${margin}${policy === served ? "" : `,${policy}`}]`;
  }
  answer += "]}";
  record += "]";
  if (shadow)
    record += `,"shadow":{"policy":${quoted(shadow.serving.version)},"decisions":[${shadow.decisions.map(brief).join(",")}]}`;
  return { answer, record };
}

const brief = ({ action, class: about, p, margin }: Decision): string =>
  `[${quoted(action)},${quoted(about)},${numeral(p)},${numeral(margin)}]`;
