import { describe, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { cut, expectRefused, poke, type Refusal } from "../../test/support/refusal.js";
import { bytesOf } from "./bytes.js";
import { readSafetensors } from "./safetensors.js";
import type { Bytes } from "./table.js";

const twoGigabytes = [0, 0, 0, 128];
/** A file with this header, and so many bytes of zeros. */
const made = (header: string, data: number): Bytes => {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytesOf(bytes, "made.safetensors");
};

const refusals: Refusal[] = [
  [
    "a safetensors that claims a header of 2 GB",
    corpusBytes("f4.safetensors", poke(0, ...twoGigabytes)),
    "bad-data",
    "Cannot read f4.safetensors: its header must be at most 67108864 bytes, got 2147483648",
  ],
  [
    "a safetensors cut short",
    corpusBytes("f4.safetensors", cut(-1)),
    "bad-data",
    /^Cannot read f4.safetensors: it must have at least \d+ bytes, got \d+$/,
  ],
  [
    "a safetensors whose header is not JSON",
    corpusBytes("f4.safetensors", poke(8, 0)),
    "bad-data",
    "Cannot read f4.safetensors: its header must be a JSON object of tensors, got something else",
  ],
  [
    "a tensor whose bytes are not those of its shape",
    made('{"logits":{"dtype":"F32","shape":[2,2],"data_offsets":[0,12]}}', 12),
    "bad-data",
    "Cannot read made.safetensors: its tensor logits (2 × 2 F32) must have 16 bytes, got 12",
  ],
  [
    "a tensor of negative size",
    made('{"logits":{"dtype":"F32","shape":[-2,-2],"data_offsets":[0,16]}}', 16),
    "bad-data",
    "Cannot read made.safetensors: its tensor logits must have a shape and data_offsets, got neither",
  ],
];

describe("readSafetensors", () => {
  it.each(casesOf("safetensors"))("reads what $file holds: $options", async (expected) => {
    await expectCase(await readSafetensors(corpusBytes(expected.file), expected.options), expected);
  });

  it.each(refusals)("refuses %s", async (...refusal) => {
    await expectRefused(readSafetensors, refusal);
  });
});
