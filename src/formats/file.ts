import { open } from "node:fs/promises";
import { checkRange } from "./bytes.js";
import type { Bytes } from "./table.js";

/** A file on disk; read in pieces, never as a whole. */
export async function fileBytes(path: string): Promise<Bytes & { close(): Promise<void> }> {
  const handle = await open(path, "r");
  const { size } = await handle.stat();
  const fill = async (start: number, into: Uint8Array): Promise<void> => {
    checkRange(start, start + into.length, size, path);
    let read = 0;
    while (read < into.length) {
      const { bytesRead } = await handle.read(into, read, into.length - read, start + read);
      // The file became shorter while it was read.
      if (bytesRead === 0) checkRange(start, start + into.length, start + read, path);
      read += bytesRead;
    }
  };
  return {
    name: path,
    byteLength: size,
    readInto: fill,
    async slice(start, end) {
      checkRange(start, end, size, path);
      const buffer = new Uint8Array(end - start);
      await fill(start, buffer);
      return buffer;
    },
    close: () => handle.close(),
  };
}
