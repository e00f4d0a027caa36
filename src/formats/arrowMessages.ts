import { LogitsError } from "../core/index.js";
import { nameOf } from "./bytes.js";
import { maxHeaderBytes } from "./limits.js";
import type { Bytes } from "./table.js";

/** A message of an Arrow stream: where it lies, and for a record batch how many rows it has. */
export interface ArrowMessage {
  kind: "schema" | "dictionary" | "batch" | "other";
  start: number;
  end: number;
  rows: number;
}

const magic = "ARROW1";
const kinds = ["other", "schema", "dictionary", "batch"] as const;

function isArrow(start: Uint8Array): boolean {
  return startsWith(start, magic) || (start[0] === 255 && start[1] === 255 && start[2] === 255 && start[3] === 255);
}

/**
 * The messages of an Arrow file or stream, without their bodies. A file is a stream between two magic words, followed by an index.
 * Source: Arrow Columnar Format, "Serialization and Interprocess Communication"; FlatBuffers internals for the two fields that are needed.
 */
export async function arrowMessages(bytes: Bytes): Promise<ArrowMessage[]> {
  const head = await bytes.slice(0, Math.min(8, bytes.byteLength));
  const isFile = startsWith(head, magic);
  if (startsWith(head, "FEA1"))
    throw refusal(
      "unsupported",
      bytes,
      "it must be Arrow or Feather version 2, got Feather version 1",
      "Write it again with pyarrow.feather.write_feather.",
    );
  if (isFile && !startsWith(await bytes.slice(Math.max(0, bytes.byteLength - 6), bytes.byteLength), magic)) {
    throw refusal(
      "bad-data",
      bytes,
      `an Arrow file must end with ${magic}, got something else`,
      "It was cut short: copy or write it again.",
    );
  }
  const messages: ArrowMessage[] = [];
  let at = isFile ? 8 : 0;
  while (at < bytes.byteLength) {
    const start = at;
    const prefix = new DataView((await bytes.slice(at, Math.min(at + 8, bytes.byteLength))).slice().buffer);
    if (prefix.byteLength < 4) throw damaged(bytes);
    // Before version 0.15 the length came without the mark.
    const marked = prefix.getInt32(0, true) === -1;
    if (marked && prefix.byteLength < 8) throw damaged(bytes);
    const length = prefix.getInt32(marked ? 4 : 0, true);
    if (length === 0) break;
    at += marked ? 8 : 4;
    if (length < 0 || length > maxHeaderBytes || at + length > bytes.byteLength) throw damaged(bytes);
    const { kind, bodyBytes, rows } = readHead(bytes, await bytes.slice(at, at + length));
    at += length + bodyBytes;
    if (at > bytes.byteLength) throw damaged(bytes);
    messages.push({ kind, start, end: at, rows });
  }
  if (messages[0]?.kind !== "schema") throw damaged(bytes);
  return messages;
}

function readHead(bytes: Bytes, head: Uint8Array): { kind: ArrowMessage["kind"]; bodyBytes: number; rows: number } {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  /** Where a field of the table at `table` lies, 0 when it is not there. */
  const field = (table: number, slot: number): number => {
    const vtable = table - view.getInt32(table, true);
    const offset = slot < view.getUint16(vtable, true) ? view.getUint16(vtable + slot, true) : 0;
    return offset === 0 ? 0 : table + offset;
  };
  try {
    const root = view.getUint32(0, true);
    const type = field(root, 6);
    const header = field(root, 8);
    const body = field(root, 10);
    const kind = kinds[type === 0 ? 0 : view.getUint8(type)] ?? "other";
    const bodyBytes = body === 0 ? 0 : Number(view.getBigInt64(body, true));
    let rows = 0;
    if (kind === "batch" && header > 0) {
      const length = field(header + view.getUint32(header, true), 4);
      rows = length === 0 ? 0 : Number(view.getBigInt64(length, true));
    }
    if (!Number.isSafeInteger(bodyBytes) || bodyBytes < 0 || !Number.isSafeInteger(rows) || rows < 0)
      throw damaged(bytes);
    return { kind, bodyBytes, rows };
  } catch (error) {
    throw LogitsError.isInstance(error) ? error : damaged(bytes);
  }
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));
}

function damaged(bytes: Bytes): LogitsError {
  return refusal(
    "bad-data",
    bytes,
    "its Arrow messages must be whole, got damaged or missing bytes",
    "It was cut short or altered: copy or write it again.",
  );
}

function refusal(code: "bad-data" | "unsupported", bytes: Bytes, what: string, hint: string): LogitsError {
  return new LogitsError(code, `Cannot read ${nameOf(bytes)}: ${what}`, { hint });
}
