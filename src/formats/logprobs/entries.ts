import { type DraftStep, type DraftToken, integer, type Json, list, object, text } from "./shape.js";

/**
 * `{token, logprob, bytes?, top_logprobs?}`: the entry of OpenAI's chat and Responses, llama.cpp and Ollama. vLLM may spell a token as
 * "token_id:123"; llama.cpp has `id` beside it, and after sampling `prob` and `top_probs`.
 */
export function entryStep(value: unknown): DraftStep {
  const entry = object(value);
  return {
    ...entryToken(entry),
    top: list(entry["top_logprobs"] ?? entry["top_probs"]).map((one) => entryToken(object(one))),
  };
}

export function isEntry(value: unknown): boolean {
  const entry = object(value);
  return typeof entry["token"] === "string" && ("logprob" in entry || "prob" in entry);
}

function entryToken(entry: Json): DraftToken {
  const spelled = text(entry["token"]) ?? "";
  const byId = /^token_id:(\d+)$/.exec(spelled);
  const token: DraftToken = byId
    ? { id: Number(byId[1]), text: null, value: entry["logprob"] ?? entry["prob"] }
    : { text: spelled, value: "logprob" in entry ? entry["logprob"] : entry["prob"] };
  const id = integer(entry["id"]);
  if (id !== undefined) token.id = id;
  const bytes = list(entry["bytes"]);
  if (!byId && bytes.length > 0 && bytes.every(isByte)) token.bytes = [...(bytes as number[])];
  return token;
}

const isByte = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;
