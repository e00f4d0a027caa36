// What train.py wrote: an uncompressed npz of f32 arrays and one string of facts.
import { readFileSync } from "node:fs";

export function readWeights(path) {
  const file = readFileSync(path);
  const weights = {};
  let facts;
  for (const { name, bytes } of entries(file)) {
    const header = 10 + bytes.readUInt16LE(8);
    const data = bytes.subarray(header);
    if (name === "facts.npy") facts = JSON.parse(Buffer.from(data.filter((_, i) => i % 4 === 0)).toString("latin1"));
    else weights[name.replace(/\.npy$/, "")] = new Float32Array(Uint8Array.from(data).buffer);
  }
  return { weights, facts };
}

/** The stored members of a zip, by its directory at the end. */
function* entries(file) {
  let at = file.readUInt32LE(file.lastIndexOf("PK\x05\x06", undefined, "latin1") + 16);
  while (file.readUInt32LE(at) === 0x02014b50) {
    const size = file.readUInt32LE(at + 24);
    const nameLength = file.readUInt16LE(at + 28);
    const local = file.readUInt32LE(at + 42);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    yield { name: file.toString("utf8", at + 46, at + 46 + nameLength), bytes: file.subarray(start, start + size) };
    at += 46 + nameLength + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  }
}
