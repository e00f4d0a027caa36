import { bytesOf, openSource, type ReadOptions } from "logits/formats";
import { describe, expect, it } from "vitest";
import { LogitsError } from "../core/index.js";
import { type KindCase, kindCases } from "./kindCases.fixture.js";
import { kindTraps } from "./kindTraps.fixture.js";

const cases = [...kindCases, ...kindTraps];

interface Reading {
  kind: string;
  values: number[];
  notes: string;
}

async function read(bytes: Uint8Array, name: string, options: ReadOptions): Promise<Reading> {
  const source = await openSource(bytesOf(bytes, name), options);
  const values: number[] = [];
  for await (const batch of source.batches()) values.push(...batch.values);
  return { kind: source.capture.kind, values, notes: source.notes.join("\n") };
}

/** The case as a file: JSON lines for text, npy for numbers. */
function fileOf({ rows, dtype, name }: KindCase): { bytes: Uint8Array; file: string } {
  if (dtype !== undefined) return { bytes: npy(rows, dtype), file: "scores.npy" };
  const line = (row: number[]): string => {
    const scores = row.map((value) => (Number.isFinite(value) ? value : String(value)));
    return JSON.stringify(name === undefined ? scores : { [name]: scores });
  };
  return { bytes: new TextEncoder().encode(rows.map(line).join("\n")), file: "scores.jsonl" };
}

function npy(rows: number[][], dtype: "f2" | "f4" | "f8"): Uint8Array {
  const header = `{'descr': '<${dtype}', 'fortran_order': False, 'shape': (${rows.length}, ${rows[0]!.length}), }`;
  const text = `${header.padEnd(128 - 11)}\n`;
  const start = new Uint8Array(10);
  start.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, text.length & 255, text.length >> 8]);
  const flat = rows.flat();
  const data =
    dtype === "f8"
      ? new Float64Array(flat)
      : dtype === "f4"
        ? new Float32Array(flat)
        : Uint16Array.from(flat, halfBits);
  return new Uint8Array([...start, ...new TextEncoder().encode(text), ...new Uint8Array(data.buffer)]);
}

/** The bits of a number that half precision can hold: normal, or 0. */
function halfBits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  if (exponent < -14) return Math.round(Math.abs(value) * 2 ** 24);
  return ((exponent + 15) << 10) | Math.round((Math.abs(value) / 2 ** exponent - 1) * 1024);
}

describe("what numbers are", () => {
  it.each(cases.filter(({ reads }) => reads).map((one) => [one.why, one] as const))("%s", async (_, one) => {
    const { bytes, file } = fileOf(one);
    const reading = await read(bytes, file, one.options ?? {});
    expect(reading.kind).toBe(one.reads);
    const first = one.first ?? one.rows[0]!;
    for (const [k, value] of first.entries()) {
      if (Number.isFinite(value)) expect(reading.values[k]).toBeCloseTo(value, one.dtype === "f2" ? 4 : 12);
    }
    if (one.says) expect(reading.notes).toMatch(one.says);
    if (one.neverSays) expect(reading.notes).not.toMatch(one.neverSays);
  });

  it.each(cases.filter(({ refused }) => refused).map((one) => [one.why, one] as const))(
    "%s: refused, with the way out",
    async (_, one) => {
      const { bytes, file } = fileOf(one);
      const error = await read(bytes, file, one.options ?? {}).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(LogitsError);
      const { code, message, hint } = error as LogitsError;
      expect(code).toBe(one.refused);
      expect(`${message} ${hint}`).toMatch(one.because!);
    },
  );

  it("a binary kind of two columns is refused", async () => {
    const text = new TextEncoder().encode("[0.3, 0.7]");
    await expect(read(text, "p.jsonl", { kind: "binary-probs" })).rejects.toThrow(/it must have 1 column, got 2/);
  });
});
