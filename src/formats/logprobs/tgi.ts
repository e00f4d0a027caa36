import {
  besides,
  chosen,
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

/** Text Generation Inference: `{generated_text, details: {prefill, tokens: [{id, text, logprob, special}], top_tokens: [[token…]…]}}`, or an array of one. */
export const tgi: Shape = {
  name: "tgi",
  help: "Text Generation Inference /generate and its stream",
  matches: (json) => list(detailsOf(json)["tokens"]).some(isToken),
  read(json, options) {
    const notes: string[] = [];
    const payload = chosen(Array.isArray(json) ? json : [json], options, notes, "Answer");
    const details = object(payload["details"]);
    const tokens = list(details["tokens"]);
    const tops = besides(details["top_tokens"], tokens, "top_tokens");
    const draft: Draft = { engine: "tgi", apart: true, steps: tokens.map((token, i) => stepOf(token, tops[i])), notes };
    const prefill = list(details["prefill"]);
    if (prefill.length > 0) draft.prompt = prefill.map((token) => stepOf(token, []));
    const special = tokens.some((token) => object(token)["special"] === true);
    const spelled = text(payload["generated_text"]);
    if (spelled !== undefined && !special) draft.text = spelled;
    if (special) draft.notes.push("Special tokens are among the steps; generated_text leaves them out.");
    return draft;
  },
  streams: (event) => isToken(object(event)["token"]) && "generated_text" in object(event),
  gather: (events) => {
    const all = events.map(object);
    const last = all.at(-1) ?? {};
    return {
      generated_text: last["generated_text"],
      details: {
        ...object(last["details"]),
        tokens: all.map((event) => event["token"]),
        top_tokens: all.map((event) => list(event["top_tokens"])),
      },
    };
  },
};

const detailsOf = (json: unknown): Json => object(object(Array.isArray(json) ? json[0] : json)["details"]);
const isToken = (value: unknown): boolean =>
  "text" in object(value) && "logprob" in object(value) && "id" in object(value);

function stepOf(value: unknown, top: unknown): DraftStep {
  return { ...tokenOf(value), top: list(top).map(tokenOf) };
}

function tokenOf(value: unknown): DraftToken {
  const token = object(value);
  const id = integer(token["id"]);
  return { ...(id === undefined ? {} : { id }), text: text(token["text"]) ?? null, value: token["logprob"] };
}
