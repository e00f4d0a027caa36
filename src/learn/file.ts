// Networks as files.
import { readBytes } from "../models/readFile.js";
import type { Network } from "./network.js";
import { fromOnnx, toOnnx } from "./onnxModel.js";

/**
 * Writes a network as an ONNX file, aside first, so that nothing is left half written. In Node alone; elsewhere `toOnnx` gives the bytes.
 *
 * @throws "missing-package" without onnx-proto
 */
export async function save(net: Network, path: string): Promise<void> {
  const bytes = await toOnnx(net);
  const { writeFile } = await import("../formats/file.js");
  await writeFile(path, async (sink) => {
    await sink.write(bytes);
  });
}

/**
 * A network that `save` wrote; from a path, or in a browser from an address.
 *
 * @throws "bad-data" for another file or half of one; "missing-package" without onnx-proto
 */
export async function load(path: string): Promise<Network> {
  return fromOnnx(await readBytes(path), path);
}
