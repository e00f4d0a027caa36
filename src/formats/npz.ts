import { LogitsError } from "../core/index.js";
import { guardedTable } from "./guard.js";
import { arrayTable } from "./arrayTable.js";
import { nameOf } from "./bytes.js";
import { chooseArrays } from "./chooseArrays.js";
import { type ArrayReader, ColumnReader, type NdArray } from "./ndarray.js";
import { readNpyHeader } from "./npyHeader.js";
import type { Bytes, RawTable, ReadOptions } from "./table.js";
import { type ZipMember, zipMembers } from "./zip.js";

/** A table from the arrays of an npz archive, stored or deflated. */
export async function readNpz(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  return guardedTable(bytes, "npz", () => openTable(bytes, options));
}

async function openTable(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  const members = (await zipMembers(bytes)).filter(({ name }) => name.endsWith(".npy"));
  const file = nameOf(bytes);
  const arrays: NdArray[] = [];
  const unread: string[] = [];
  for (const member of members) {
    try {
      arrays.push(await openArray(member, file));
    } catch (error) {
      // An array of objects beside the scores is no reason to refuse them; if it is the scores, they are missing and that is said.
      if (!LogitsError.isInstance(error) || error.code !== "unsupported" || isWanted(keyOf(member), options))
        throw error;
      unread.push(`${keyOf(member)} is not read (${error.message.split(", got ").at(-1)}).`);
    }
  }
  const { scoresFrom, classes, notes, ...chosen } = chooseArrays(file, arrays, options);
  const table = { ...arrayTable("npz", chosen, options, [...unread, ...notes]), scoresFrom };
  return classes?.shape[0] === table.columns ? { ...table, columnNames: await readTexts(classes) } : table;
}

async function readTexts(array: NdArray): Promise<string[]> {
  const column = new ColumnReader(array, await array.open());
  const texts = (await column.next(array.shape[0]!)) as string[];
  await column.close();
  return texts;
}

function isWanted(key: string, { logitsKey, labelsKey = "labels" }: ReadOptions): boolean {
  return key === labelsKey || (logitsKey === undefined ? key === "logits" || key === "probs" : key === logitsKey);
}

function keyOf({ name }: ZipMember): string {
  return name.replace(/\.npy$/, "");
}

async function openArray(member: ZipMember, file: string): Promise<NdArray> {
  const head = await member.open();
  const {
    dataStart,
    dataBytes: _,
    ...header
  } = await readNpyHeader(
    async (start, end) => {
      const part = new Uint8Array(end - start);
      await head.read(start, part);
      return part;
    },
    member.byteLength,
    `${member.name} in ${file}`,
  );
  await head.close?.();
  return {
    ...header,
    name: keyOf(member),
    seekable: member.seekable,
    open: () => skipHeader(member, dataStart),
  };
}

/** A reader that begins at the data. The header is read again, so that the archive's sum covers it. */
async function skipHeader(member: ZipMember, dataStart: number): Promise<ArrayReader> {
  const reader = await member.open();
  await reader.read(0, new Uint8Array(dataStart));
  return {
    read: (offset, into) => reader.read(dataStart + offset, into),
    close: async () => reader.close?.(),
  };
}
