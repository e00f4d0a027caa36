import type { NextTokenModel } from "../../src/core/index.js";
import { uniform } from "../../src/core/rng.js";

/** A model whose tokens are the 256 bytes and an end: it scores by what it has read, and is all but sure of `script` where there is one. */
export function byteModel(
  script: string | Uint8Array = new Uint8Array(0),
  { contextSize = 64, bytes = true, end = true }: { contextSize?: number; bytes?: boolean; end?: boolean } = {},
): NextTokenModel & { calls: number } {
  const eos = 256;
  const said = [...(typeof script === "string" ? new TextEncoder().encode(script) : script), ...(end ? [eos] : [])];
  let prompt: number | undefined;
  const text = (ids: readonly number[]): string =>
    new TextDecoder().decode(Uint8Array.from(ids.filter((id) => id < eos)));
  const model: NextTokenModel & { calls: number } = {
    calls: 0,
    name: "bytes",
    vocabSize: 257,
    bos: 0,
    eos: [eos],
    capture: { kind: "logits", stage: "raw", coverage: "full" },
    contextSize,
    tokenize: async (given) => [...new TextEncoder().encode(given)],
    detokenize: async (ids) => text(ids),
    tokenBytes: (id) => (bytes && id < eos ? Uint8Array.of(id) : undefined),
    async next(ids) {
      model.calls++;
      if (ids.length > contextSize) throw new Error("beyond the context");
      prompt ??= ids.length;
      const wanted = said[ids.length - prompt];
      const key = ids.reduce((hash, id) => (Math.imul(hash, 31) + id) >>> 0, 7);
      return Float32Array.from({ length: 257 }, (_, id) =>
        wanted === undefined ? (id === eos ? -9 : 4 * uniform(key, "simulation", id)) : id === wanted ? 40 : 0,
      );
    },
    fork: async () => byteModel(script, { contextSize, bytes, end }),
    close: async () => undefined,
  };
  return model;
}
