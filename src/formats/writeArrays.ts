import { npyHeader } from "./writeNpy.js";
import { encodeTexts } from "./writeNpz.js";
import type { Sink } from "./writeTable.js";
import { ZipWriter } from "./writeZip.js";

/** An array with a name, in C order; texts have one dimension. */
export interface ArrayToWrite {
  name: string;
  shape: readonly number[];
  values: Float32Array | Float64Array | Int32Array | Uint8Array | readonly string[];
}

/** An npz archive of arrays of any shape, stored: for what is no table. */
export async function writeArrays(arrays: readonly ArrayToWrite[], sink: Sink): Promise<void> {
  const zip = new ZipWriter(sink);
  for (const { name, shape, values } of arrays) {
    const [descr, data] = encoded(values);
    const header = npyHeader(descr, [...shape]);
    await zip.add(`${name}.npy`, header.length + data.length, [header, data]);
  }
  await zip.finish();
}

function encoded(values: ArrayToWrite["values"]): [descr: string, data: Uint8Array] {
  if (!ArrayBuffer.isView(values)) return encodeTexts([...values]);
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (values instanceof Float32Array) return ["<f4", data];
  if (values instanceof Float64Array) return ["<f8", data];
  return [values instanceof Int32Array ? "<i4" : "|u1", data];
}
