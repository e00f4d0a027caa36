import { entryStep, isEntry } from "./entries.js";
import { chosen, type Draft, first, integer, type Json, list, object, type Shape, text } from "./shape.js";
import { hasPromptLogprobs, promptSteps } from "./vllmPrompt.js";

/** `choices[].logprobs = {content: [entry…] | null, refusal: [entry…] | null}`, also of vLLM, SGLang, TGI, llama.cpp, web-llm, DeepSeek, xAI. */
export const openaiChat: Shape = {
  name: "openai-chat",
  help: "OpenAI chat completions, and every server that speaks so",
  matches: (json) => {
    const { choices, object: kind } = object(json);
    const choice = first(choices);
    return Array.isArray(choices) && kind !== "chat.completion.chunk" && isContent(choice["logprobs"]);
  },
  read(json, options) {
    const payload = object(json);
    const notes: string[] = [];
    const choice = chosen(payload["choices"], options, notes, "Choice");
    const logprobs = object(choice["logprobs"]);
    const refused = list(logprobs["content"]).length === 0 && list(logprobs["refusal"]).length > 0;
    if (refused) notes.push("The model refused: these are the tokens of its refusal.");
    const entries = list(logprobs[refused ? "refusal" : "content"]);
    const engine = engineOf(payload, entries);
    const draft: Draft = {
      engine,
      steps: entries.map(entryStep),
      notes,
      apart: engine === "llama.cpp" || options.engine === "openai",
    };
    const message = object(choice["message"]);
    const spelled = text(refused ? message["refusal"] : message["content"]) ?? text(choice["text"]);
    if (spelled !== undefined) draft.text = spelled;
    if ("prob" in object(entries[0])) Object.assign(draft, { of: "prob", stage: "processed" });
    const prompt = payload["prompt_logprobs"] ?? choice["prompt_logprobs"];
    if (Array.isArray(prompt)) draft.prompt = promptSteps(prompt, payload["prompt_token_ids"], options, notes);
    return draft;
  },
  streams: (event) => object(event)["object"] === "chat.completion.chunk",
  gather(events) {
    const whole: Json = {};
    const choices = new Map<number, { content: unknown[]; refusal: unknown[]; message: Record<string, string> }>();
    for (const event of events.map(object)) {
      for (const [key, value] of Object.entries(event)) if (key !== "choices" && value != null) whole[key] = value;
      for (const part of list(event["choices"]).map(object)) {
        const index = integer(part["index"]) ?? 0;
        const choice = choices.get(index) ?? { content: [], refusal: [], message: {} };
        choices.set(index, choice);
        const logprobs = object(part["logprobs"]);
        choice.content.push(...list(logprobs["content"]));
        choice.refusal.push(...list(logprobs["refusal"]));
        for (const key of ["content", "refusal"] as const) {
          const piece = text(object(part["delta"])[key]);
          if (piece !== undefined) choice.message[key] = (choice.message[key] ?? "") + piece;
        }
      }
    }
    whole["object"] = "chat.completion";
    whole["choices"] = [...choices].map(([index, { content, refusal, message }]) => ({
      index,
      message,
      logprobs: { content, refusal },
    }));
    return whole;
  },
};

function isContent(value: unknown): boolean {
  const logprobs = object(value);
  return isEntry(list(logprobs["content"])[0]) || isEntry(list(logprobs["refusal"])[0]);
}

/** Entries with `id`, and builds like "b6123-0ab1c2d", are llama.cpp's; prompt_logprobs are vLLM's. Nothing else tells one server from another. */
function engineOf(payload: Json, entries: unknown[]): string {
  if ("id" in object(entries[0]) || /^b\d+-[0-9a-f]{6,}$/.test(text(payload["system_fingerprint"]) ?? ""))
    return "llama.cpp";
  return hasPromptLogprobs(payload) || entries.some((entry) => text(object(entry)["token"])?.startsWith("token_id:"))
    ? "vllm"
    : "openai-compatible";
}
