import { createHash, createHmac, createSecretKey, type KeyObject } from "node:crypto";

/** What happened: a decision, a late label, a policy that begins to serve, an alarm, a start or stop, records that can be written again, a day of records that was given up, and the first record of a day. */
export type RecordKind = "decide" | "label" | "policy" | "alarm" | "start" | "stop" | "resumed" | "retired" | "anchor";

/** What is to be kept. Its place in the trail is its number. */
export interface Entry {
  /** Milliseconds since 1970, by the clock of the machine: it may jump, numbers of records never do. */
  at: number;
  kind: RecordKind;
  /** Of the request. */
  id: string;
  /** A JSON object. */
  body: string;
  /** The scores that were decided on, where they are kept: f32 or f64, little-endian, as `body` says. */
  scores?: Uint8Array;
  /** Bytes whose SHA-256 `body` says where it has `pendingHash`. They are given away: their buffer holds nothing else, and nobody reads it afterwards. */
  hashed?: Uint8Array<ArrayBuffer>;
}

/** What stands in a body for a SHA-256 that is still to be computed; no string of JSON can hold it, since quotes are escaped there. */
export const pendingHash: string = `"sha256":"${"-".repeat(64)}"`;

/** In how many bytes of a line the digits of its pending hash begin. */
export function pendingAt(line: string): number {
  return Buffer.byteLength(line.slice(0, line.indexOf(pendingHash) + '"sha256":"'.length));
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Records that were committed together, as lines of JSON, and their seal. */
export interface Block {
  /** Number of the first record: 1, 2, 3 … over all days. */
  first: number;
  count: number;
  lines: Uint8Array;
  /** HMAC-SHA-256 over the code of the block before and this one. */
  mac: Uint8Array;
}

/** The end of a chain: whoever remembers one sees whether the trail was cut before it. */
export interface Head {
  /** Number of the last record. */
  seq: number;
  /** Code of its block, 64 hex digits. */
  mac: string;
}

/** A record as a line of JSON; a pending hash is left to who writes it. */
export function lineOf({ at, kind, id, body, scores }: Entry): string {
  const start = `{"at":${at},"kind":"${kind}","id":${JSON.stringify(id)},"body":${body}`;
  if (!scores) return `${start}}\n`;
  return `${start},"scores":"${Buffer.from(scores.buffer, scores.byteOffset, scores.byteLength).toString("base64")}"}\n`;
}

/** The records of a block. */
export function entriesOf(block: Block): Entry[] {
  const lines = new TextDecoder().decode(block.lines).split("\n");
  return lines.slice(0, -1).map((line) => {
    const { body, scores, ...rest } = JSON.parse(line);
    const entry: Entry = { ...rest, body: JSON.stringify(body) };
    if (scores !== undefined) entry.scores = Buffer.from(scores, "base64");
    return entry;
  });
}

/** What the first block of a day was sealed over, as its first record says: the end of the day before. */
export function anchorOf([first]: readonly Entry[]): Head | undefined {
  if (first?.kind !== "anchor") return undefined;
  const { seq, mac } = JSON.parse(first.body).previous;
  return { seq, mac };
}

export function macKey(secret: Uint8Array | string): KeyObject {
  return createSecretKey(typeof secret === "string" ? Buffer.from(secret, "utf8") : secret);
}

/** What the first block of all follows. */
export function genesisMac(key: KeyObject): Buffer {
  return createHmac("sha256", key).update("logits audit trail 1").digest();
}

/** HMAC(key, previous code · first, count and length · lines): lengths come before what they measure, so no two blocks are the same bytes. */
export function macOf(key: KeyObject, previous: Uint8Array, { first, count, lines }: Omit<Block, "mac">): Buffer {
  const mac = createHmac("sha256", key).update(previous).update(`${first},${count},${lines.length}\n`);
  return mac.update(lines).digest();
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
