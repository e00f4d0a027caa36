import { LogitsError } from "../core/index.js";
import { nameOf } from "./bytes.js";
import { chunkBytes } from "./limits.js";
import type { Bytes } from "./table.js";

/** A line of text longer than this is not a line. */
export const longestLine: number = 64 * 2 ** 20;

/** Bytes first read of a text, and twice as many each time: often some lines are enough. */
const firstBytes = 2 ** 16;

export interface Line {
  text: string;
  /** Its number, from 1. */
  line: number;
}

/** The text of a file in pieces. UTF-8; a byte-order mark is dropped, another encoding is refused. */
export async function* textChunks(bytes: Bytes): AsyncIterable<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const name = nameOf(bytes);
  for (let start = 0, end = 0, size = firstBytes; start < bytes.byteLength; start = end, size *= 2) {
    end = Math.min(start + Math.min(size, chunkBytes), bytes.byteLength);
    const chunk = await bytes.slice(start, end);
    if (start === 0) refuseUtf16(chunk, name);
    yield decode(decoder, chunk, end < bytes.byteLength, name, start);
  }
}

/** Refuses a text that begins with the byte-order mark of UTF-16. */
export function refuseUtf16([first, second]: Uint8Array, name: string): void {
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new LogitsError("unsupported", `Cannot read ${name}: text must be UTF-8, got UTF-16`, {
      hint: "Save it as UTF-8.",
    });
  }
}

/** UTF-8 without NUL; `start` is where in the file it stands. */
export function decode(
  decoder: InstanceType<typeof TextDecoder>,
  bytes: Uint8Array,
  stream: boolean,
  name: string,
  start: number,
): string {
  let text: string;
  try {
    text = decoder.decode(bytes, { stream });
  } catch {
    throw new LogitsError("bad-data", `Cannot read ${name}: text must be UTF-8, got other bytes near byte ${start}`, {
      hint: "Save it as UTF-8.",
    });
  }
  if (text.includes("\0")) {
    throw new LogitsError("bad-data", `Cannot read ${name}: text must not hold NUL bytes, got one near byte ${start}`, {
      hint: "Is it a binary file? --format says which.",
    });
  }
  return text;
}

/** The error for a line that is none. */
export function tooLong(name: string, line: number): LogitsError {
  return new LogitsError(
    "bad-data",
    `Cannot read ${name}: a line must be at most ${longestLine} characters, got more at line ${line}`,
  );
}

/** Lines with their number from 1, without their ends. */
export async function* textLines(bytes: Bytes): AsyncGenerator<Line, undefined> {
  let rest = "";
  let line = 0;
  for await (const chunk of textChunks(bytes)) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    if (rest.length > longestLine) {
      throw tooLong(nameOf(bytes), line + lines.length + 1);
    }
    for (const text of lines) yield lineOf(text, ++line);
  }
  if (rest !== "") yield lineOf(rest, ++line);
  return undefined;
}

/** A line without what is left of its end. */
export function lineOf(text: string, line: number): Line {
  return { text: text.endsWith("\r") ? text.slice(0, -1) : text, line };
}
