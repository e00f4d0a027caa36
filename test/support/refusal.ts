import { expect } from "vitest";
import { LogitsError } from "../../src/core/index.js";
import type { Bytes, RawTable, ReadOptions } from "../../src/formats/table.js";

/** What is wrong, the file, the code, and what the message must say: what, where and the value found. */
export type Refusal = [why: string, bytes: Bytes, code: string, message: string | RegExp, options?: ReadOptions];

/** A copy without its last bytes (negative), or with only the first. */
export const cut =
  (length: number) =>
  (data: Uint8Array): Uint8Array =>
    data.slice(0, length < 0 ? data.length + length : length);

/** A copy with bytes changed from `at` on, counted from the end when negative. */
export const poke =
  (at: number, ...values: number[]) =>
  (data: Uint8Array): void =>
    data.set(values, at < 0 ? data.length + at : at);

/** A file is refused in one line, with a hint, and without holding much memory. */
export async function expectRefused(
  read: (bytes: Bytes, options: ReadOptions) => Promise<RawTable>,
  [, bytes, code, message, options = {}]: Refusal,
): Promise<void> {
  const before = process.memoryUsage().arrayBuffers;
  let error: unknown;
  try {
    for await (const block of (await read(bytes, options)).blocks(1000)) expect(block.rows).toBeGreaterThan(0);
  } catch (thrown) {
    error = thrown;
  }
  if (!LogitsError.isInstance(error)) throw new Error("it was read, or failed otherwise", { cause: error });
  if (typeof message === "string") expect(error.message).toBe(message);
  else expect(error.message).toMatch(message);
  expect(error.code).toBe(code);
  expect(error.message).not.toMatch(/\n/);
  if (code !== "bad-argument") expect(error.hint).toMatch(/^[^\n]+$/);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26);
}
