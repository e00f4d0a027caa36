import { LogitsError } from "../core/index.js";
import { nameOf, partOf, readInto } from "./bytes.js";
import { crc32 } from "./crc32.js";
import { damaged, ForwardReader, inflate, tooLarge } from "./inflate.js";
import { maxHeaderBytes, maxInflateRatio, ratioFreeBytes } from "./limits.js";
import type { ArrayReader } from "./ndarray.js";
import type { Bytes } from "./table.js";

/** A file in a zip archive, found but not read. */
export interface ZipMember {
  name: string;
  /** Bytes when decompressed. */
  byteLength: number;
  /** False when it is compressed, and so can only be read forwards. */
  seekable: boolean;
  open(): Promise<ArrayReader>;
}

/**
 * The members of a zip archive, from its central directory; zip64 included, encryption not.
 * Source: PKWARE APPNOTE 6.3.10, §4.3.
 */
export async function zipMembers(bytes: Bytes): Promise<ZipMember[]> {
  const { start, size, count } = await findDirectory(bytes);
  if (size > maxHeaderBytes || start + size > bytes.byteLength) throw damaged(bytes);
  const directory = await bytes.slice(start, start + size);
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const members: ZipMember[] = [];
  for (let at = 0, i = 0; i < count; i++) {
    if (at + 46 > size || view.getUint32(at, true) !== 0x02014b50) throw damaged(bytes);
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    if (extraEnd > size) throw damaged(bytes);
    const name = new TextDecoder().decode(directory.subarray(at + 46, nameEnd));
    const entry = {
      name,
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      byteLength: view.getUint32(at + 24, true),
      header: view.getUint32(at + 42, true),
      verified: false,
    };
    readZip64(view, nameEnd, extraEnd, entry);
    if (!name.endsWith("/")) members.push(memberOf(bytes, entry));
    at = extraEnd + view.getUint16(at + 32, true);
  }
  return members;
}

interface Entry {
  name: string;
  encrypted: boolean;
  method: number;
  crc: number;
  packed: number;
  byteLength: number;
  header: number;
  /** The sum was right, when it was read as a whole before. */
  verified: boolean;
}

function readZip64(view: DataView, start: number, end: number, entry: Entry): void {
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let field = at + 4;
    for (const key of ["byteLength", "packed", "header"] as const) {
      if (entry[key] !== 0xffffffff || field + 8 > end) continue;
      entry[key] = Number(view.getBigUint64(field, true));
      field += 8;
    }
  }
}

async function findDirectory(bytes: Bytes): Promise<{ start: number; size: number; count: number }> {
  const tailStart = Math.max(0, bytes.byteLength - 65_557);
  const tail = await bytes.slice(tailStart, bytes.byteLength);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let at = tail.length - 22;
  while (at >= 0 && view.getUint32(at, true) !== 0x06054b50) at--;
  if (at < 0) {
    await checkMagic(bytes);
    throw new LogitsError(
      "bad-data",
      `Cannot read ${nameOf(bytes)}: a zip archive must end with its directory, got none`,
      {
        hint: "It was cut short: copy or download it again.",
      },
    );
  }
  const found = {
    start: view.getUint32(at + 16, true),
    size: view.getUint32(at + 12, true),
    count: view.getUint16(at + 10, true),
  };
  if (found.start !== 0xffffffff && found.size !== 0xffffffff && found.count !== 0xffff) return found;
  if (at < 20 || view.getUint32(at - 20, true) !== 0x07064b50) return found;
  const start = Number(view.getBigUint64(at - 12, true));
  if (start + 56 > bytes.byteLength) throw damaged(bytes);
  const record = await bytes.slice(start, start + 56);
  const zip64 = new DataView(record.buffer, record.byteOffset, record.byteLength);
  if (zip64.getUint32(0, true) !== 0x06064b50) throw damaged(bytes);
  return {
    count: Number(zip64.getBigUint64(32, true)),
    size: Number(zip64.getBigUint64(40, true)),
    start: Number(zip64.getBigUint64(48, true)),
  };
}

/** What does not even begin as an archive was not cut short: it is another file. */
async function checkMagic(bytes: Bytes): Promise<void> {
  const [first, second] = await bytes.slice(0, Math.min(2, bytes.byteLength));
  if (first === 0x50 && second === 0x4b) return;
  throw new LogitsError(
    "bad-data",
    `Cannot read ${nameOf(bytes)}: it must be a zip archive, as an npz is, got ${bytes.byteLength === 0 ? "an empty file" : "another file"}`,
    { hint: "numpy.savez writes such files." },
  );
}

function memberOf(bytes: Bytes, entry: Entry): ZipMember {
  const { name, method, byteLength } = entry;
  return { name, byteLength, seekable: method === 0, open: () => openMember(bytes, entry) };
}

async function openMember(archive: Bytes, entry: Entry): Promise<ArrayReader> {
  const { name, encrypted, method, packed, byteLength, header } = entry;
  const named = { ...archive, name: `${name} in ${nameOf(archive)}` };
  if (encrypted || (method !== 0 && method !== 8)) {
    const got = encrypted ? "an encrypted one" : `method ${method}`;
    throw new LogitsError("unsupported", `Cannot read ${named.name}: a member must be stored or deflated, got ${got}`, {
      hint: "Write it with numpy.savez or numpy.savez_compressed.",
    });
  }
  if (byteLength > ratioFreeBytes && byteLength > maxInflateRatio * packed) {
    throw tooLarge(named, byteLength, `at most ${maxInflateRatio} times its compressed size (${packed})`);
  }
  if (header + 30 > archive.byteLength) throw damaged(named);
  const local = await archive.slice(header, header + 30);
  const view = new DataView(local.buffer, local.byteOffset, local.byteLength);
  if (view.getUint32(0, true) !== 0x04034b50) throw damaged(named);
  const start = header + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + packed > archive.byteLength || (method === 0 && packed !== byteLength)) throw damaged(named);
  const data = { ...partOf(archive, start, start + packed), name: named.name };
  return method === 0 ? storedReader(data, entry) : inflatingReader(data, entry);
}

/** Reads anywhere; the first reading from first to last byte also checks the sum. */
function storedReader(data: Bytes, entry: Entry): ArrayReader {
  let checked = 0;
  let sum = 0;
  return {
    async read(offset, into) {
      await readInto(data, offset, into);
      if (offset !== checked || entry.verified) return;
      sum = crc32(into, sum);
      checked += into.length;
      if (checked < data.byteLength) return;
      if (sum !== entry.crc) throw damaged(data);
      entry.verified = true;
    },
  };
}

/** Reads forwards only, through the decompressor; the sum is checked at the last byte. */
function inflatingReader(data: Bytes, entry: Entry): ArrayReader {
  const { byteLength, crc } = entry;
  async function* summed(): AsyncGenerator<Uint8Array> {
    let size = 0;
    let sum = 0;
    for await (const piece of inflate(data, "deflate-raw", byteLength)) {
      size += piece.length;
      if (!entry.verified) sum = crc32(piece, sum);
      if (size === byteLength && !entry.verified) {
        if (sum !== crc) throw damaged(data);
        entry.verified = true;
      }
      yield piece;
    }
  }
  return new ForwardReader(summed(), () => damaged(data));
}
