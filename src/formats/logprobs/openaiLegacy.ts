import { arraysDraft, isArrays, joinArrays } from "./arrays.js";
import { chosen, first, integer, type Json, list, object, type Shape, text } from "./shape.js";
import { hasPromptLogprobs, promptSteps } from "./vllmPrompt.js";

/** `choices[].logprobs = {tokens, token_logprobs, top_logprobs: [{spelling: logprob}], text_offset}`, also of vLLM, TabbyAPI, OCI, watsonx. */
export const openaiLegacy: Shape = {
  name: "openai-legacy",
  help: "OpenAI legacy completions: parallel arrays, lists keyed by spelling",
  matches: (json) => {
    const choice = first(object(json)["choices"]);
    const logprobs = object(choice["logprobs"]);
    return isArrays(logprobs) && !("message" in choice) && !("token_ids" in logprobs);
  },
  read(json, options) {
    const payload = object(json);
    const notes: string[] = [];
    const choice = chosen(payload["choices"], options, notes, "Choice");
    const engine = hasPromptLogprobs(payload) ? "vllm" : "openai-compatible";
    const draft = arraysDraft(object(choice["logprobs"]), engine, text(choice["text"]));
    draft.notes.push(...notes);
    const prompt = choice["prompt_logprobs"] ?? payload["prompt_logprobs"];
    if (Array.isArray(prompt)) draft.prompt = promptSteps(prompt, choice["prompt_token_ids"], options, draft.notes);
    return draft;
  },
  streams: (event) => object(event)["object"] === "text_completion",
  gather: gatherChoices,
};

/** Chunks with parallel arrays, by the index of their choice. */
export function gatherChoices(events: readonly unknown[]): unknown {
  const whole: Json = {};
  const parts = new Map<number, Json[]>();
  for (const event of events.map(object)) {
    for (const [key, value] of Object.entries(event)) if (key !== "choices" && value != null) whole[key] = value;
    for (const choice of list(event["choices"]).map(object)) {
      const index = integer(choice["index"]) ?? 0;
      const some = parts.get(index);
      if (some) some.push(choice);
      else parts.set(index, [choice]);
    }
  }
  whole["choices"] = [...parts].map(([index, choices]) => ({
    index,
    text: choices.map((choice) => text(choice["text"]) ?? text(object(choice["delta"])["content"]) ?? "").join(""),
    logprobs: joinArrays(choices.map((choice) => object(choice["logprobs"]))),
  }));
  return whole;
}
