import {
  besides,
  type Draft,
  type DraftStep,
  type DraftToken,
  integer,
  type Json,
  list,
  object,
  type Shape,
  text,
} from "./shape.js";

/** SGLang /generate: `meta_info: {input_token_logprobs, output_token_logprobs: [[logprob, id, text | null]…], output_top_logprobs: [[[…]…]…]}`. */
export const sglang: Shape = {
  name: "sglang",
  help: "SGLang /generate, and its stream",
  matches: (json) => Array.isArray(metaOf(json)["output_token_logprobs"]),
  read(json) {
    const meta = metaOf(json);
    const draft: Draft = { engine: "sglang", apart: true, steps: steps(meta, "output"), notes: [] };
    if (Array.isArray(meta["input_token_logprobs"])) draft.prompt = steps(meta, "input");
    const spelled = text(object(json)["text"]);
    if (spelled !== undefined) draft.text = spelled;
    return draft;
  },
  streams: (event) => "meta_info" in object(event),
  /** Each event repeats all that came before it, unless the server was told to send only what is new. */
  gather: (events) => {
    const last = events.at(-1);
    const lengths = events.map((event) => list(metaOf(event)["output_token_logprobs"]).length);
    const repeats = lengths.every((length, i) => i === 0 || length > lengths[i - 1]! || i === lengths.length - 1);
    const total = integer(metaOf(last)["completion_tokens"]);
    if (total === undefined ? repeats : lengths.at(-1) === total) return last;
    const all = (key: string): unknown[] => events.flatMap((event) => list(metaOf(event)[key]));
    return {
      text: events.map((event) => text(object(event)["text"]) ?? "").join(""),
      meta_info: {
        ...metaOf(events[0]),
        output_token_logprobs: all("output_token_logprobs"),
        output_top_logprobs: all("output_top_logprobs"),
      },
    };
  },
};

const metaOf = (json: unknown): Json => object(object(json)["meta_info"]);

function steps(meta: Json, side: "input" | "output"): DraftStep[] {
  const tokens = list(meta[`${side}_token_logprobs`]);
  const tops = besides(meta[`${side}_top_logprobs`], tokens, `${side}_top_logprobs`);
  return tokens.map((token, i) => ({
    ...tokenOf(token),
    top: list(tops[i]).map(tokenOf),
  }));
}

function tokenOf(value: unknown): DraftToken {
  const [logprob, id, spelled] = list(value);
  const index = integer(id);
  return { ...(index === undefined ? {} : { id: index }), text: text(spelled) ?? null, value: logprob };
}
