import { entryStep, isEntry } from "./entries.js";
import { type Draft, type Json, list, object, type Shape, text } from "./shape.js";

/**
 * OpenAI Responses: `output[].content[]` of type output_text with `logprobs`, asked for by include: ["message.output_text.logprobs"]. Its events carry
 * the same entries without bytes, and more than once: in each delta, again when the text is done, and in the response at the end.
 */
export const responses: Shape = {
  name: "responses",
  help: "OpenAI Responses, and its events",
  matches: (json) => parts(json).some((part) => list(part["logprobs"]).some(isEntry)),
  read(json, options) {
    const all = parts(json);
    const draft: Draft = {
      engine: "openai-compatible",
      steps: [],
      notes: [],
      text: "",
      apart: options.engine === "openai",
    };
    draft.steps = all.flatMap((part) => list(part["logprobs"]).map(entryStep));
    draft.text = all.map((part) => text(part["text"]) ?? "").join("");
    if (all.length > 1) draft.notes.push(`${all.length} parts of text were read as one.`);
    return draft;
  },
  streams: (event) => /^response\.[a-z_]+/.test(text(object(event)["type"]) ?? ""),
  gather,
};

function parts(json: unknown): Json[] {
  const payload = object(json);
  return list(payload["output"])
    .flatMap((item) => list(object(item)["content"]))
    .map(object)
    .filter(({ type }) => type === "output_text");
}

/** The response at the end, when it has the entries; else each part as it was done; else its deltas. */
function gather(events: readonly unknown[]): unknown {
  const texts = new Map<string, { text: string; logprobs: unknown[] }>();
  let whole: unknown;
  for (const event of events.map(object)) {
    const type = text(event["type"]);
    if (type === "response.completed" || type === "response.incomplete") whole = event["response"];
    if (type !== "response.output_text.delta" && type !== "response.output_text.done") continue;
    const key = `${event["output_index"] ?? 0}.${event["content_index"] ?? 0}`;
    const part = texts.get(key) ?? { text: "", logprobs: [] };
    texts.set(key, part);
    const entries = list(event["logprobs"]);
    if (type.endsWith("delta")) {
      part.text += text(event["delta"]) ?? "";
      part.logprobs.push(...entries);
    } else {
      part.text = text(event["text"]) ?? part.text;
      if (entries.length > 0) part.logprobs = entries;
    }
  }
  if (responses.matches(whole)) return whole;
  const content = [...texts.values()].map((part) => ({
    type: "output_text",
    text: part.text,
    logprobs: part.logprobs,
  }));
  return { output: [{ type: "message", content }] };
}
