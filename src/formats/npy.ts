import { LogitsError } from "../core/index.js";
import { guardedTable } from "./guard.js";
import { nameOf, readInto } from "./bytes.js";
import { arrayTable } from "./arrayTable.js";
import type { NdArray } from "./ndarray.js";
import { readNpyHeader } from "./npyHeader.js";
import type { Bytes, RawTable, ReadOptions } from "./table.js";

/**
 * A table from one numpy array: rows × classes, or a single column, or 3-D with `axes` and `replicate`.
 * Rows in C order stream through one reused buffer.
 */
export async function readNpy(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  return guardedTable(bytes, "npy", () => openTable(bytes, options));
}

async function openTable(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  const { array, trailing } = await openNpy(bytes);
  if (array.type === "text") {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${nameOf(bytes)}: scores must be numbers, got text (${array.dtype})`,
      {
        hint: "Save the scores as a float array; names of labels belong beside it, in an npz.",
      },
    );
  }
  if (options.labelsKey !== undefined)
    throw new LogitsError(
      "bad-argument",
      `Cannot read ${options.labelsKey} of ${nameOf(bytes)}: an npy file must hold one array, the scores, got a name of labels`,
      { hint: "Save both in an npz: np.savez(path, logits=…, labels=…)." },
    );
  const notes = trailing > 0 ? [`${trailing} bytes after the array are not read.`] : [];
  return arrayTable("npy", { scores: array, texts: [] }, options, notes);
}

/** The array in an npy file, and how many bytes follow it. */
async function openNpy(bytes: Bytes): Promise<{ array: NdArray; trailing: number }> {
  const name = nameOf(bytes);
  const { dataStart, dataBytes, ...header } = await readNpyHeader(
    (start, end) => bytes.slice(start, end),
    bytes.byteLength,
    name,
  );
  const array: NdArray = {
    ...header,
    name,
    seekable: true,
    open: async () => ({ read: (offset, into) => readInto(bytes, dataStart + offset, into) }),
  };
  return { array, trailing: bytes.byteLength - dataStart - dataBytes };
}
