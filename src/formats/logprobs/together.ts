import { arraysDraft, isArrays } from "./arrays.js";
import { gatherChoices } from "./openaiLegacy.js";
import { chosen, first, list, object, type Shape, text } from "./shape.js";

/** Together's own: the legacy arrays, with `token_ids`, in chat completions as well, and `prompt[].logprobs` for an echo. */
export const together: Shape = {
  name: "together",
  help: "Together: parallel arrays with token_ids, also in chat completions",
  matches: (json) => {
    const choice = first(object(json)["choices"]);
    return isArrays(choice["logprobs"]) && ("token_ids" in object(choice["logprobs"]) || "message" in choice);
  },
  read(json, options) {
    const payload = object(json);
    const notes: string[] = [];
    const choice = chosen(payload["choices"], options, notes, "Choice");
    const spelled = text(choice["text"]) ?? text(object(choice["message"])["content"]);
    const draft = arraysDraft(object(choice["logprobs"]), "together", spelled);
    draft.notes.push(...notes);
    const prompt = object(first(payload["prompt"])["logprobs"]);
    if (isArrays(prompt)) draft.prompt = arraysDraft(prompt, "together", undefined).steps;
    return draft;
  },
  streams: (event) =>
    list(object(event)["choices"]).some((choice) => {
      const { logprobs } = object(choice);
      return isArrays(logprobs) && "token_ids" in object(logprobs);
    }),
  gather: gatherChoices,
};
