import { LogitsError } from "../core/index.js";
import { guardedTable } from "./guard.js";
import { arrayTable } from "./arrayTable.js";
import { nameOf, readInto } from "./bytes.js";
import { chooseArrays } from "./chooseArrays.js";
import { maxHeaderBytes } from "./limits.js";
import type { NdArray } from "./ndarray.js";
import { type NumberType, sizeOf } from "./numbers.js";
import type { Bytes, RawTable, ReadOptions } from "./table.js";

const types: Record<string, NumberType> = {
  F64: "f8",
  F32: "f4",
  F16: "f2",
  BF16: "bf2",
  I64: "i8",
  I32: "i4",
  I16: "i2",
  I8: "i1",
  U64: "u8",
  U32: "u4",
  U16: "u2",
  U8: "u1",
  BOOL: "b1",
};

/**
 * A table from the tensors of a safetensors file, chosen by name as in an npz.
 * Source: the format's description in github.com/huggingface/safetensors, README "Format".
 */
export async function readSafetensors(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  return guardedTable(bytes, "safetensors", () => openTable(bytes, options));
}

async function openTable(bytes: Bytes, options: ReadOptions): Promise<RawTable> {
  const file = nameOf(bytes);
  const { header, dataStart } = await readHeader(bytes);
  const arrays: NdArray[] = [];
  const notes: string[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: offsets } = entry as { dtype: string; shape: number[]; data_offsets: number[] };
    const type = types[dtype];
    if (!whole(shape) || !whole(offsets) || offsets.length !== 2)
      refuse(file, `its tensor ${name} must have a shape and data_offsets, got neither`);
    if (!type) {
      notes.push(`${name} is not read (${dtype}).`);
      continue;
    }
    const [start, end] = offsets as [number, number];
    const size = shape.reduce((n, axis) => n * axis, sizeOf(type));
    if (end - start !== size)
      refuse(file, `its tensor ${name} (${shape.join(" × ")} ${dtype}) must have ${size} bytes, got ${end - start}`);
    if (dataStart + end > bytes.byteLength)
      refuse(file, `it must have at least ${dataStart + end} bytes, got ${bytes.byteLength}`);
    arrays.push({
      name,
      shape,
      fortran: false,
      type,
      dtype: type,
      itemSize: sizeOf(type),
      bigEndian: false,
      seekable: true,
      open: async () => ({ read: (offset, into) => readInto(bytes, dataStart + start + offset, into) }),
    });
  }
  const { scoresFrom, classes: _, notes: more, ...chosen } = chooseArrays(file, arrays, options);
  return { ...arrayTable("safetensors", chosen, options, [...notes, ...more]), scoresFrom };
}

function whole(numbers: unknown): boolean {
  return Array.isArray(numbers) && numbers.every((n) => Number.isSafeInteger(n) && n >= 0);
}

async function readHeader(bytes: Bytes): Promise<{ header: Record<string, unknown>; dataStart: number }> {
  const file = nameOf(bytes);
  if (bytes.byteLength < 8) refuse(file, `it must have at least 8 bytes, got ${bytes.byteLength}`);
  const start = await bytes.slice(0, 8);
  const headerBytes = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (headerBytes > maxHeaderBytes)
    refuse(file, `its header must be at most ${maxHeaderBytes} bytes, got ${headerBytes}`);
  const dataStart = 8 + headerBytes;
  if (dataStart > bytes.byteLength) refuse(file, `it must have at least ${dataStart} bytes, got ${bytes.byteLength}`);
  try {
    const header: unknown = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(await bytes.slice(8, dataStart)),
    );
    if (
      typeof header === "object" &&
      header !== null &&
      Object.values(header).every((entry) => typeof entry === "object" && entry !== null)
    ) {
      return { header: header as Record<string, unknown>, dataStart };
    }
  } catch {
    // Said below.
  }
  return refuse(file, "its header must be a JSON object of tensors, got something else");
}

function refuse(file: string, what: string): never {
  throw new LogitsError("bad-data", `Cannot read ${file}: ${what}`, {
    hint: "It is not a whole safetensors file: copy or write it again.",
  });
}
