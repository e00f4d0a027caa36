import { LogitsError } from "../core/index.js";
import { nameOf } from "./bytes.js";
import { decodeNumbers, type NumberType, sizeOf, swapBytes } from "./numbers.js";
import { isNpy, readNpyHeader } from "./npyHeader.js";
import { type ArrayReader, decodeText } from "./ndarray.js";
import type { Bytes } from "./table.js";
import { zipMembers } from "./zip.js";

/** A whole array in memory, in C order. */
export interface NumberArray {
  shape: number[];
  /** As it is stored; "text" has texts and no values. */
  type: NumberType | "text";
  values: Float32Array | Float64Array;
  texts?: string[];
}

/**
 * All arrays of an npz by their names, or the one of an npy under "array": for those whose shape is not that of a table.
 *
 * @throws "bad-data" for another file; "unsupported" for arrays in Fortran order.
 */
export async function readArrays(bytes: Bytes): Promise<Map<string, NumberArray>> {
  const arrays = new Map<string, NumberArray>();
  if (bytes.byteLength >= 6 && isNpy(await bytes.slice(0, 6))) {
    const whole: ArrayReader = {
      read: async (offset, into) => into.set(await bytes.slice(offset, offset + into.length)),
    };
    return arrays.set("array", await readArray(whole, bytes.byteLength, nameOf(bytes)));
  }
  for (const member of await zipMembers(bytes)) {
    if (!member.name.endsWith(".npy")) continue;
    const reader = await member.open();
    arrays.set(
      member.name.slice(0, -4),
      await readArray(reader, member.byteLength, `${member.name} in ${nameOf(bytes)}`),
    );
    await reader.close?.();
  }
  return arrays;
}

async function readArray(reader: ArrayReader, byteLength: number, name: string): Promise<NumberArray> {
  const header = await readNpyHeader(
    async (start, end) => {
      const part = new Uint8Array(end - start);
      await reader.read(start, part);
      return part;
    },
    byteLength,
    name,
  );
  const { shape, type, fortran, bigEndian, dataStart, dataBytes } = header;
  if (fortran && shape.length > 1) {
    throw new LogitsError("unsupported", `Cannot read ${name}: it must be in C order, got Fortran order`, {
      hint: "Save numpy.ascontiguousarray(array).",
    });
  }
  const data = new Uint8Array(dataBytes);
  await reader.read(dataStart, data);
  if (type === "text") {
    const count = shape.reduce((n, size) => n * size, 1);
    return { shape, type, values: new Float32Array(0), texts: decodeText(data, count, { ...header, name }) };
  }
  if (bigEndian) swapBytes(data, sizeOf(type));
  const count = dataBytes / sizeOf(type);
  const values =
    type === "f8" || type.endsWith("8") || type === "i4" || type === "u4"
      ? new Float64Array(count)
      : new Float32Array(count);
  decodeNumbers(data, type, values);
  return { shape, type, values };
}
