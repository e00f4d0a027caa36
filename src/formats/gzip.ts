import { bytesOf, checkRange, joinBytes } from "./bytes.js";
import { damaged, ForwardReader, inflate } from "./inflate.js";
import { ratioFreeBytes } from "./limits.js";
import type { Bytes } from "./table.js";

/** Readers of the same file side by side (scores, labels, ids) that keep their place. */
const maxCursors = 4;

export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/**
 * What a gzip file holds, as bytes. Up to 64 MiB are held in memory; more are decompressed again and again as they are asked for,
 * which is cheap forwards and dear backwards. Errors: `bad-data` when it is cut short, altered, or an archive bomb.
 */
export async function gunzip(bytes: Bytes): Promise<Bytes> {
  const name = bytes.name?.replace(/\.gz$/i, "");
  let pieces: Uint8Array[] = [];
  let byteLength = 0;
  for await (const piece of inflate(bytes, "gzip")) {
    byteLength += piece.length;
    if (byteLength > ratioFreeBytes) pieces = [];
    else pieces.push(piece);
  }
  if (byteLength <= ratioFreeBytes) return bytesOf(joinBytes(pieces), name);
  const cursors: ForwardReader[] = [];
  const read = async (start: number, into: Uint8Array): Promise<void> => {
    checkRange(start, start + into.length, byteLength, name);
    const usable = cursors.filter(({ position }) => position <= start).sort((a, b) => b.position - a.position);
    const cursor = usable[0] ?? new ForwardReader(inflate(bytes, "gzip"), () => damaged(bytes));
    if (usable.length === 0 && cursors.length === maxCursors) await cursors.pop()?.close();
    // Most recently used first.
    if (cursors.includes(cursor)) cursors.splice(cursors.indexOf(cursor), 1);
    cursors.unshift(cursor);
    await cursor.read(start, into);
  };
  let last: Promise<void> = Promise.resolve();
  const readInto = (start: number, into: Uint8Array): Promise<void> => {
    const now = last.then(() => read(start, into));
    last = now.catch(() => undefined);
    return now;
  };
  return {
    byteLength,
    readInto,
    async slice(start, end) {
      checkRange(start, end, byteLength, name);
      const part = new Uint8Array(end - start);
      await readInto(start, part);
      return part;
    },
    ...(name === undefined ? {} : { name }),
  };
}
