import { entryStep, isEntry } from "./entries.js";
import { type Draft, list, object, type Shape, text } from "./shape.js";

/** Ollama /api/generate and /api/chat: `logprobs: [{token, logprob, bytes?, top_logprobs?}]` at the top level; streams are JSON lines. */
export const ollama: Shape = {
  name: "ollama",
  help: "Ollama /api/generate and /api/chat",
  matches: (json) => isEntry(list(object(json)["logprobs"])[0]),
  read(json) {
    const payload = object(json);
    const draft: Draft = { engine: "ollama", apart: true, steps: list(payload["logprobs"]).map(entryStep), notes: [] };
    const spelled = text(payload["response"]) ?? text(object(payload["message"])["content"]);
    if (spelled !== undefined) draft.text = spelled;
    return draft;
  },
  streams: (event) => "done" in object(event) && ("response" in object(event) || "message" in object(event)),
  gather: (events) => {
    const all = events.map(object);
    const spelled = all.map((event) => text(event["response"]) ?? text(object(event["message"])["content"]) ?? "");
    return {
      ...all.at(-1),
      message: undefined,
      response: spelled.join(""),
      logprobs: all.flatMap((event) => list(event["logprobs"])),
    };
  },
};
