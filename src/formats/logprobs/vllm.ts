import { chosen, type Draft, type DraftStep, first, type Json, list, object, type Shape, text } from "./shape.js";
import { dictStep, isLogprobDict, promptSteps, smallest } from "./vllmPrompt.js";

/**
 * vLLM's offline results as JSON: `RequestOutput` ({outputs: [{text, token_ids, logprobs: [dict…]}], prompt_logprobs}), one `CompletionOutput`, a list
 * of dicts {"<id>": {logprob, rank, decoded_token}}, or FlatLogprobs (parallel arrays with start_indices and end_indices).
 */
export const vllm: Shape = {
  name: "vllm",
  help: "vLLM's offline results: RequestOutput, lists of {id: Logprob}, FlatLogprobs",
  matches: (json) =>
    isPositions(json) ||
    isPositions(object(json)["logprobs"]) ||
    isPositions(first(object(json)["outputs"])["logprobs"]) ||
    (isPositions(object(json)["prompt_logprobs"]) && !("choices" in object(json))),
  read(json, options) {
    const notes: string[] = [];
    const payload = object(json);
    const outputs = list(payload["outputs"]).map(object);
    const output = outputs.length > 0 ? chosen(outputs, options, notes, "Output") : payload;
    const positions = isPositions(json) ? json : output["logprobs"];
    const draft: Draft = {
      engine: "vllm",
      apart: true,
      steps: isPositions(positions) ? steps(positions, list(output["token_ids"]), notes) : [],
      notes,
    };
    const spelled = text(output["text"]);
    if (spelled !== undefined) draft.text = spelled;
    const prompt = payload["prompt_logprobs"];
    if (isPositions(prompt)) draft.prompt = promptSteps(dicts(prompt), payload["prompt_token_ids"], options, notes);
    return draft;
  },
};

function steps(positions: unknown, ids: unknown[], notes: string[]): DraftStep[] {
  const all = dicts(positions);
  const k = smallest(all);
  const given = ids.length === all.length ? (ids as number[]) : undefined;
  const found: DraftStep[] = [];
  for (const [i, dict] of all.entries()) {
    const step = dictStep(dict, given?.[i], k);
    if (step) found.push(step);
    else {
      notes.push(
        `Read up to position ${i}: nothing says which of its candidates was chosen; token_ids beside the logprobs do.`,
      );
      break;
    }
  }
  return found;
}

function isPositions(value: unknown): boolean {
  if (isFlat(value)) return true;
  const some = list(value).find((one) => one !== null);
  return some !== undefined && isLogprobDict(some);
}

function isFlat(value: unknown): value is Json {
  const flat = object(value);
  return ["start_indices", "end_indices", "token_ids", "logprobs"].every((key) => Array.isArray(flat[key]));
}

/** FlatLogprobs unfolded: position i has the entries from start_indices[i] to end_indices[i]. */
function dicts(positions: unknown): unknown[] {
  if (!isFlat(positions)) return list(positions);
  const column = (key: string): unknown[] => list(positions[key]);
  const ids = column("token_ids");
  return column("start_indices").map((start, i) => {
    const dict: Json = {};
    for (let j = Number(start); j < Number(column("end_indices")[i]); j++)
      dict[String(ids[j])] = {
        logprob: column("logprobs")[j],
        rank: column("ranks")[j] ?? null,
        decoded_token: column("decoded_tokens")[j] ?? null,
      };
    return Object.keys(dict).length > 0 ? dict : null;
  });
}
