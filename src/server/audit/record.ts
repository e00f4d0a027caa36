import { createHmac, createSecretKey, type KeyObject } from "node:crypto";

/** What happened: a decision, a late label, a policy that begins to serve, an alarm, a start or stop, a day of records that was given up, and the first record of a day. */
export type RecordKind = "decide" | "label" | "policy" | "alarm" | "start" | "stop" | "retired" | "anchor";

/** What is to be kept. The trail adds its place and its code. */
export interface Entry {
  /** Milliseconds since 1970, by the clock of the machine: it may jump, `seq` never does. */
  at: number;
  kind: RecordKind;
  /** Of the request. */
  id: string;
  /** JSON. */
  body: string;
  /** The scores that were decided on, where they are kept: f32 or f64, little-endian, as `body` says. */
  scores?: Uint8Array;
}

export interface Sealed extends Entry {
  /** 1, 2, 3 … over all days. */
  seq: number;
  /** HMAC-SHA-256 over the previous record's code and this record. */
  mac: Uint8Array;
}

/** The end of a chain: whoever remembers one sees whether the trail was cut before it. */
export interface Head {
  seq: number;
  /** 64 hex digits. */
  mac: string;
}

const genesis = "logits audit trail 1";

export function macKey(secret: Uint8Array | string): KeyObject {
  return createSecretKey(typeof secret === "string" ? Buffer.from(secret, "utf8") : secret);
}

/** What the first record of all follows. */
export function genesisMac(key: KeyObject): Buffer {
  return createHmac("sha256", key).update(genesis).digest();
}

/**
 * The code of a record: HMAC(key, previous code · lengths · id · body · scores). Lengths come before what they measure, so that no two records
 * are the same bytes.
 */
export function macOf(key: KeyObject, previous: Uint8Array, seq: number, entry: Entry): Buffer {
  const { at, kind, id, body, scores } = entry;
  const mac = createHmac("sha256", key)
    .update(previous)
    .update(`${seq},${at},${kind},${id.length},${body.length},${scores?.length ?? -1}\n${id}${body}`);
  if (scores) mac.update(scores);
  return mac.digest();
}
