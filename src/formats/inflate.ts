import { LogitsError } from "../core/index.js";
import { nameOf } from "./bytes.js";
import { chunkBytes, maxInflateRatio, ratioFreeBytes } from "./limits.js";
import type { Bytes } from "./table.js";

/**
 * The decompressed bytes, piece by piece. `limit` is how many there may be; more, or a ratio that only an archive bomb has, is an error.
 */
export async function* inflate(
  bytes: Bytes,
  format: "gzip" | "deflate-raw",
  limit: number = Infinity,
): AsyncGenerator<Uint8Array> {
  let position = 0;
  const compressed = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const end = Math.min(position + chunkBytes / 8, bytes.byteLength);
        // The stream may keep or transfer what it is given.
        if (end > position) controller.enqueue((await bytes.slice(position, end)).slice());
        position = end;
        if (position >= bytes.byteLength) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const reader = compressed.pipeThrough(new DecompressionStream(format)).getReader();
  let size = 0;
  try {
    while (true) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw LogitsError.isInstance(cause) ? cause : damaged(bytes, cause);
      });
      if (done) return;
      size += value.length;
      if (size > limit) throw tooLarge(bytes, size, `at most ${limit} bytes`);
      if (size > ratioFreeBytes && size > maxInflateRatio * bytes.byteLength) {
        throw tooLarge(bytes, size, `at most ${maxInflateRatio} times its compressed size (${bytes.byteLength})`);
      }
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

export function damaged(bytes: Bytes, cause?: unknown): LogitsError {
  return new LogitsError(
    "bad-data",
    `Cannot read ${nameOf(bytes)}: its compressed data must be whole, got damaged or missing bytes`,
    {
      hint: "It was cut short or altered: copy or download it again.",
      cause,
    },
  );
}

export function tooLarge(bytes: Bytes, size: number, range: string): LogitsError {
  return new LogitsError(
    "bad-data",
    `Cannot read ${nameOf(bytes)}: its decompressed data must be ${range}, got ${size} or more`,
    {
      hint: "It looks like an archive bomb. If it is yours, decompress it first.",
    },
  );
}
