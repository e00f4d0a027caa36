import type { Logits, NextTokenModel } from "../../core/index.js";
import { checkRow } from "../define.js";
import { logSumExpOf } from "../row.js";
import { advance, type Beam, type BeamText, type Group } from "./group.js";
import { type BeamOptions, checkedOptions, type CheckedOptions } from "./options.js";

/** What is asked of a model: the scores of the token after some ids. */
export type BeamModel = Pick<NextTokenModel, "next"> & Partial<Pick<NextTokenModel, "eos">>;

/**
 * The most probable texts, found by following several at once, as transformers does.
 *
 *     score(text) = Σ ln p(token) / length^α                     length without the prompt, with the token that ends it
 *
 * At each step the K = max(2, 1 + number of end tokens)·beams best continuations are looked at: of the first `beams` of them, those that end are finished;
 * the best that do not end go on. The best `beams` finished texts are kept. Equal scores go by beam, then by id.
 *
 * It stops at `maxTokens`, where every text ends, and once there are `beams` finished texts and
 *
 *     earlyStopping true      at once
 *     earlyStopping false     no running text, ended now, would beat the worst finished                       (a heuristic where α > 0)
 *     earlyStopping "never"   nor would it at `maxTokens` with no more loss, where α > 0                       (exact)
 *
 * Diverse beam search: with `groups` > 1 the groups choose one after the other, and a token loses `diversity` for each beam of an earlier group that took it
 * at this step. Each group keeps its own finished texts.
 *
 * @param prompt ids before the texts
 * @returns the finished texts, best first
 * @example
 *     const [best] = await beamSearch(model, await model.tokenize("Once"), { beams: 4, maxTokens: 20 })
 *
 * @throws LogitsError `bad-argument` for an option out of its range, `not-finite` for NaN and +Infinity among the scores
 *
 * Source: transformers 5.18, GenerationMixin._beam_search; Vijayakumar et al., AAAI 2018 (groups).
 */
export async function beamSearch(model: BeamModel, prompt: readonly number[], given: BeamOptions): Promise<BeamText[]> {
  const options = checkedOptions(given, model.eos ?? []);
  const groups: Group[] = Array.from({ length: options.groups }, (_, index) => ({
    index,
    running: [{ ids: [], score: 0, logprob: 0 }],
    finished: [],
    done: false,
  }));
  while (groups.some(({ done }) => !done)) {
    const taken = new Map<number, number>();
    for (const group of groups) {
      if (group.done) continue;
      const rows: Float64Array[] = [];
      for (const beam of group.running) rows.push(await logprobsAfter(model, prompt, beam, options));
      advance(group, rows, taken, options);
    }
  }
  // Sorting is stable: equal scores stay in the order of groups.
  return groups.flatMap(({ finished }) => finished).sort((a, b) => b.score - a.score);
}

async function logprobsAfter(
  model: BeamModel,
  prompt: readonly number[],
  { ids }: Beam,
  { change }: CheckedOptions,
): Promise<Float64Array> {
  const all = [...prompt, ...ids];
  const logits: Logits = await model.next(all);
  checkRow(logits);
  const row = Float64Array.from(logits);
  const mass = logSumExpOf(row);
  for (let id = 0; id < row.length; id++) row[id]! -= mass;
  change?.(row, all);
  return row;
}
