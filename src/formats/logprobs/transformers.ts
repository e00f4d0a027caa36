import { LogitsError } from "../../core/index.js";
import { type Draft, type DraftStep, list, object, type ReadLogprobsOptions, type Shape } from "./shape.js";

/**
 * What generate() of transformers returns: `sequences` and, a step at a time, `logits` (raw) or `scores` (processed): [steps][batch][vocabulary],
 * or [steps][vocabulary] for one sequence, as arrays or as tensors {dims, data}. Every token is there: the coverage is full.
 */
export const transformers: Shape = {
  name: "transformers",
  help: "transformers generate(): sequences with logits or scores",
  matches: (json) =>
    "sequences" in object(json) && (isSteps(object(json)["logits"]) || isSteps(object(json)["scores"])),
  read(json, options) {
    const payload = object(json);
    const raw = isSteps(payload["logits"]);
    const steps = list(payload[raw ? "logits" : "scores"]);
    const ids = sequenceOf(payload["sequences"], options.choice ?? 0);
    const draft: Draft = {
      engine: "transformers",
      stage: raw ? "raw" : "processed",
      of: "score",
      full: true,
      apart: true,
      steps: [],
      notes: [],
    };
    if (ids.length < steps.length)
      throw new LogitsError(
        "bad-data",
        `Cannot read transformers output: sequences must hold at least the ${steps.length} generated tokens, got ${ids.length}`,
      );
    const generated = ids.slice(ids.length - steps.length);
    draft.steps = steps.map((scores, i) => stepOf(rowOf(scores, options), generated[i]!));
    return draft;
  },
};

const isNumbers = (value: unknown): value is ArrayLike<number> =>
  ArrayBuffer.isView(value) ||
  (Array.isArray(value) && value.length > 0 && !Array.isArray(value[0]) && typeof value[0] !== "object");

function isSteps(value: unknown): boolean {
  const step = list(value)[0];
  return step !== undefined && (isNumbers(step) || isNumbers(list(step)[0]) || isNumbers(object(step)["data"]));
}

function rowOf(step: unknown, { choice = 0 }: ReadLogprobsOptions): ArrayLike<unknown> | undefined {
  if (isNumbers(step)) return step;
  const tensor = object(step);
  if (!isNumbers(tensor["data"])) return list(step)[choice] as ArrayLike<unknown> | undefined;
  const size = Number(list(tensor["dims"]).at(-1) ?? tensor["data"].length);
  return Array.prototype.slice.call(tensor["data"], choice * size, (choice + 1) * size);
}

function sequenceOf(value: unknown, choice: number): number[] {
  const tensor = object(value);
  if (isNumbers(tensor["data"])) {
    const size = Number(list(tensor["dims"]).at(-1));
    return Array.from(tensor["data"], Number).slice(choice * size, (choice + 1) * size);
  }
  return (isNumbers(value) ? Array.from(value) : list(list(value)[choice])).map(Number);
}

function stepOf(scores: ArrayLike<unknown> | undefined, id: number): DraftStep {
  if (!isNumbers(scores) || !(Number.isInteger(id) && id >= 0 && id < scores.length))
    throw new LogitsError(
      "bad-data",
      `Cannot read transformers output: each step must be the scores of all tokens, the chosen one among them, got ${isNumbers(scores) ? `token ${id} of ${scores.length}` : typeof scores}`,
    );
  const top = Array.from(scores, (value, k) => ({ id: k, text: null, value }));
  return { id, text: null, value: scores[id], top };
}
