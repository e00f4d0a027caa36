import { LogitsError } from "../core/index.js";

/** @throws "bad-argument" unless these are between one and `contextSize` tokens of the vocabulary. */
export function checkIds(name: string, ids: readonly number[], vocabSize: number, contextSize: number): void {
  const refuse = (what: string): never => {
    throw new LogitsError("bad-argument", `Cannot run ${name}: ${what}`);
  };
  if (ids.length === 0) refuse("a text must have at least 1 token, got 0");
  if (ids.length > contextSize) refuse(`a text must have at most ${contextSize} tokens, got ${ids.length}`);
  for (const id of ids) {
    if (!Number.isInteger(id) || id < 0 || id >= vocabSize)
      refuse(`a token must be an integer from 0 to ${vocabSize - 1}, got ${id}`);
  }
}

/** @throws "bad-argument" when the model was closed. */
export function checkOpen(name: string, closed: boolean): void {
  if (closed) throw new LogitsError("bad-argument", `Cannot run ${name}: the model must be open, got a closed one`);
}
