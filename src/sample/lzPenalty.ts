import type { Params, SampleContext, Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";

/**
 * LZ penalty: a token loses by as much as a Lempel–Ziv compressor would save on it, so that text that repeats itself is not continued.
 *
 *     z′ = z − α · max(0, log₂ V − log₂ d)        V tokens in the row, d how many places back the token stands (1 is the last)
 *
 * Of the places where the token stands in the last w tokens, the first n of these left out, the one counts before which the most tokens, up to n, equal the
 * end of the text; on ties the nearest. Tokens that stand nowhere keep their score, and so do all where there are n tokens or fewer. Bits are taken from scores
 * in nats, as the authors do.
 *
 * The rule is that of the authors' fork of SGLang. Their stand-alone script divides by length and differs.
 *
 * @param lzPenalty α; range ≥ 0, default and no-op 0; 0.15 to 0.2 is usual
 * @param lzBuffer n; range ≥ 1, default 32
 * @param lzWindow w; range ≥ 1, default 512
 * @param lzOver generated, or history with the prompt; default generated
 *
 * @example
 *     lzPenalty.apply([1, 1, 1, 1], { lzPenalty: 0.5, lzBuffer: 1, lzOver: "history" }, { history: [1, 2, 1] })
 *     // [1, 0, 0.5, 1]
 */
export const lzPenalty: Sampler = defineSampler({
  name: "lzPenalty",
  role: "penalty",
  help: "Lowers tokens by what a Lempel–Ziv compressor would save on them",
  params: [
    { name: "lzPenalty", type: "number", min: 0, default: 0, noop: 0, help: "α" },
    { name: "lzBuffer", type: "integer", min: 1, default: 32, help: "n, the longest match that counts" },
    { name: "lzWindow", type: "integer", min: 1, default: 512, help: "w, how far back it looks" },
    {
      name: "lzOver",
      type: "choice",
      choices: ["generated", "history"],
      default: "generated",
      help: "Whether the prompt counts",
    },
  ],
  source: "Ginart et al., 2025, arXiv 2504.20131; tginart/sglang, lz_penalty.py",
  change(row, params, context) {
    const alpha = numberOf(params, "lzPenalty");
    for (const [id, distance] of matches(params, context))
      if (id < row.length) row[id]! -= alpha * Math.max(0, Math.log2(row.length) - Math.log2(distance));
  },
});

/** How far back the best match of every token ends. */
function matches(params: Params, { history, promptLength }: SampleContext): Map<number, number> {
  const buffer = numberOf(params, "lzBuffer");
  const from = params["lzOver"] === "generated" ? promptLength : 0;
  const text = history.slice(Math.max(from, history.length - numberOf(params, "lzWindow")));
  const best = new Map<number, { length: number; distance: number }>();
  for (let at = text.length - 1; at >= buffer; at--) {
    let length = 0;
    while (length < buffer && text[at - 1 - length] === text[text.length - 1 - length]) length++;
    const id = text[at]!;
    if (!(length <= (best.get(id)?.length ?? -1))) best.set(id, { length, distance: text.length - at });
  }
  return new Map([...best].map(([id, { distance }]) => [id, distance]));
}
