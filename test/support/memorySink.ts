import type { Sink } from "../../src/formats/writeTable.js";

/** A sink that keeps what is written; writers may use their bytes again, so it copies. */
export function memorySink(): Sink & { bytes(): Uint8Array } {
  const pieces: Uint8Array[] = [];
  return {
    async write(bytes) {
      pieces.push(bytes.slice());
    },
    bytes: () => new Uint8Array(Buffer.concat(pieces)),
  };
}
