import { entryStep, isEntry } from "./entries.js";
import { type Draft, type DraftStep, first, type Json, list, object, type Shape, text } from "./shape.js";

/**
 * llama.cpp POST /completion: `completion_probabilities: [{id, token, bytes, logprob, top_logprobs}]`, with post_sampling_probs `prob` and `top_probs`
 * instead; before December 2024 `[{content, probs: [{tok_str, prob}]}]`.
 */
export const llamaCpp: Shape = {
  name: "llama.cpp",
  help: "llama.cpp /completion, also its older form",
  matches: (json) => {
    const entry = first(object(json)["completion_probabilities"]);
    return isEntry(entry) || isOld(entry);
  },
  read(json) {
    const payload = object(json);
    const entries = list(payload["completion_probabilities"]);
    const old = isOld(object(entries[0]));
    const sampled = old || "prob" in object(entries[0]);
    const draft: Draft = {
      engine: "llama.cpp",
      apart: true,
      steps: entries.map(old ? oldStep : entryStep),
      notes: [],
      ...(sampled ? { of: "prob", stage: "processed" } : { stage: "raw" }),
    };
    if (old) draft.notes.push("The older form of llama.cpp has probabilities after sampling, and no token ids.");
    const spelled = text(payload["content"]);
    if (spelled !== undefined) draft.text = spelled;
    return draft;
  },
  streams: (event) => "content" in object(event) && "stop" in object(event),
  /** The last event may repeat what came before. */
  gather(events) {
    const all = events.map(object);
    const entriesOf = (event: Json): unknown[] => list(event["completion_probabilities"]);
    const last = all.at(-1) ?? {};
    const before = all.slice(0, -1).flatMap(entriesOf);
    const content = all.slice(0, -1).map((event) => text(event["content"]) ?? "");
    const repeats = before.length > 0 && entriesOf(last).length === before.length && last["stop"] === true;
    return repeats && last["content"] === content.join("")
      ? last
      : {
          ...last,
          content: content.join("") + (text(last["content"]) ?? ""),
          completion_probabilities: [...before, ...entriesOf(last)],
        };
  },
};

const isOld = (entry: Json): boolean => Array.isArray(entry["probs"]) && typeof entry["content"] === "string";

function oldStep(value: unknown): DraftStep {
  const { content, probs } = object(value);
  const top = list(probs).map((one) => ({ text: text(object(one)["tok_str"]) ?? "", value: object(one)["prob"] }));
  const spelled = text(content) ?? "";
  // The chosen token is not among those it lists when n_probs is small: then nothing says its probability.
  return { text: spelled, value: top.find((one) => one.text === spelled)?.value, top };
}
