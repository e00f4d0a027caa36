import { LogitsError } from "../core/index.js";
import type { Bytes } from "./table.js";

/** Bytes in memory, or a browser's `Blob` or `File`, in the shape that readers take. */
export function bytesOf(data: Uint8Array | ArrayBuffer | Blob, name?: string): Bytes {
  if (data instanceof Blob) {
    const named = name ?? ("name" in data ? String(data.name) : undefined);
    return {
      byteLength: data.size,
      slice: async (start, end) => {
        checkRange(start, end, data.size, named);
        return new Uint8Array(await data.slice(start, end).arrayBuffer());
      },
      ...(named === undefined ? {} : { name: named }),
    };
  }
  const view = data instanceof Uint8Array ? data : new Uint8Array(data);
  return {
    byteLength: view.byteLength,
    slice: async (start, end) => {
      checkRange(start, end, view.byteLength, name);
      return view.subarray(start, end);
    },
    ...(name === undefined ? {} : { name }),
  };
}

/** The bytes from `start` up to `end` as bytes of their own. */
export function partOf(bytes: Bytes, start: number, end: number): Bytes {
  checkRange(start, end, bytes.byteLength, bytes.name);
  const { readInto } = bytes;
  const byteLength = end - start;
  return {
    byteLength,
    slice: async (from, to) => {
      checkRange(from, to, byteLength, bytes.name);
      return bytes.slice(start + from, start + to);
    },
    ...(readInto && {
      readInto: async (from: number, into: Uint8Array) => {
        checkRange(from, from + into.length, byteLength, bytes.name);
        return readInto.call(bytes, start + from, into);
      },
    }),
    ...(bytes.name === undefined ? {} : { name: bytes.name }),
  };
}

/** Fills `into` with the bytes from `start` on. */
export async function readInto(bytes: Bytes, start: number, into: Uint8Array): Promise<void> {
  if (bytes.readInto) await bytes.readInto(start, into);
  else into.set(await bytes.slice(start, start + into.length));
}

/** Pieces as one. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** The name for messages. */
export function nameOf(bytes: Bytes): string {
  return bytes.name ?? "the file";
}

/** The error for a file that ends before what its own header promises. */
export function checkRange(start: number, end: number, byteLength: number, name = "the file"): void {
  if (start >= 0 && end >= start && end <= byteLength) return;
  throw new LogitsError("bad-data", `Cannot read ${name}: it must have at least ${end} bytes, got ${byteLength}`, {
    hint: "It was cut short: copy or download it again.",
  });
}
