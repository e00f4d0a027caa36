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

/** Decompressed bytes at any place that is not before the piece last read. */
export class ForwardReader {
  readonly #pieces: AsyncGenerator<Uint8Array>;
  readonly #ended: () => LogitsError;
  #piece: Uint8Array = new Uint8Array(0);
  #position = 0;

  /** `ended` makes the error for a read past the last byte. */
  constructor(pieces: AsyncGenerator<Uint8Array>, ended: () => LogitsError) {
    this.#pieces = pieces;
    this.#ended = ended;
  }

  /** The first byte that can still be read. */
  get position(): number {
    return this.#position;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    for (let filled = 0; filled < into.length; ) {
      const at = offset + filled - this.#position;
      if (at < 0) throw new RangeError("compressed bytes are read forwards only");
      if (at < this.#piece.length) {
        const part = this.#piece.subarray(at, at + into.length - filled);
        into.set(part, filled);
        filled += part.length;
        continue;
      }
      this.#position += this.#piece.length;
      const { done, value } = await this.#pieces.next();
      if (done) throw this.#ended();
      this.#piece = value;
    }
  }

  async close(): Promise<void> {
    await this.#pieces.return(undefined);
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
