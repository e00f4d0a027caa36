import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { corpusData } from "../../test/support/binaryCorpus.js";
import { LogitsError } from "../core/index.js";
import { bytesOf } from "./bytes.js";
import { openTable } from "./recognise.js";

const files = readdirSync(fileURLToPath(new URL("../../test/corpus/binary/", import.meta.url))).filter(
  (file) => !file.endsWith("json") && !file.includes("bomb"),
);
const rounds = Number(process.env["DAMAGE_ROUNDS"] ?? 4);

/** Pseudo-random and seeded: the same damage at each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What reading comes to: rows read, or the error. */
async function outcome(data: Uint8Array, file: string): Promise<unknown> {
  try {
    const table = await openTable(bytesOf(data, file), {
      sliceColumns: file.startsWith("columns") ? ["site"] : [],
      axes: ["rows", "replicates", "classes"],
      replicate: 0,
    });
    let rows = 0;
    for await (const block of table.blocks(3)) rows += block.rows;
    return rows;
  } catch (error) {
    return error;
  }
}

function expectOneLine(error: unknown, what: string): void {
  if (typeof error === "number") return;
  if (!LogitsError.isInstance(error)) throw new Error(what, { cause: error });
  expect(error.message, what).toMatch(/^Cannot [^\n]+$/);
  expect(error.message.length, what).toBeLessThan(600);
}

describe("damaged files", () => {
  it.each(files)("%s, cut short anywhere, is refused in one line", async (file) => {
    const data = corpusData(file);
    const random = numbers(data.length);
    for (let round = 0; round < rounds; round++) {
      const length = round === 0 ? data.length - 1 : random(data.length);
      const found = await outcome(data.slice(0, length), file);
      expectOneLine(found, `${file} cut to ${length} bytes`);
    }
  });

  it.each(files)("%s, with a byte changed anywhere, is read or refused in one line", async (file) => {
    const data = corpusData(file);
    const random = numbers(data.length + 1);
    for (let round = 0; round < 2 * rounds; round++) {
      const changed = data.slice();
      const at = random(data.length);
      const value = [0, 255, random(256)][round % 3]!;
      changed[at] = value;
      expectOneLine(await outcome(changed, file), `${file} with byte ${at} set to ${value}`);
    }
  });
});
