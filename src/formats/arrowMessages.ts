import { LogitsError } from "../core/index.js";
import { nameOf } from "./bytes.js";
import { FlatTable } from "./flatBuffer.js";
import { maxHeaderBytes, maxInflateRatio } from "./limits.js";
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
    const { kind, bodyBytes, rows } = readHead(await bytes.slice(at, at + length));
    at += length + bodyBytes;
    if (at > bytes.byteLength) throw damaged(bytes);
    messages.push({ kind, start, end: at, rows });
  }
  if (messages[0]?.kind !== "schema") throw damaged(bytes);
  return messages;
}

/** Deepest nesting of lists and structures that is looked into. */
const maxDepth = 16;

/**
 * Reads and checks the head of a message: every list lies within it, and every buffer within the body.
 * What decodes it afterwards believes the counts it finds.
 */
function readHead(head: Uint8Array): { kind: ArrowMessage["kind"]; bodyBytes: number; rows: number } {
  const message = FlatTable.root(head);
  const kind = kinds[message.uint8(6)] ?? "other";
  const header = message.table(8);
  const bodyBytes = message.int64(10);
  let left = head.length / 8;
  const checkFields = (fields: FlatTable[], depth: number): void => {
    left -= fields.length;
    if (depth > maxDepth || left < 0) throw new RangeError("fields without end");
    for (const field of fields) {
      field.tables(16);
      checkFields(field.tables(14), depth + 1);
    }
  };
  if (kind === "schema" && header) {
    header.tables(8);
    checkFields(header.tables(6), 0);
  }
  const batch = kind === "dictionary" ? header?.table(6) : kind === "batch" ? header : undefined;
  const rows = batch?.int64(4) ?? 0;
  // A value takes a bit at least, when it is not compressed.
  const most = bodyBytes * 8 * (batch?.table(10) ? maxInflateRatio : 1);
  for (const length of [rows, ...(batch?.pairs(6) ?? []).map(([length]) => length)]) {
    if (length > most) throw new RangeError(`${length} rows in ${bodyBytes} bytes`);
  }
  batch?.numbers(12);
  for (const [offset, length] of batch?.pairs(8) ?? []) {
    if (offset + length > bodyBytes) throw new RangeError("a column beyond its message");
  }
  return { kind, bodyBytes, rows: kind === "batch" ? rows : 0 };
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
