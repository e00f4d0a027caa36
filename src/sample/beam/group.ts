import type { CheckedOptions } from "./options.js";

/** A text that is still being written. */
export interface Beam {
  ids: number[];
  /** Σ ln p, less what diversity took. */
  score: number;
  /** Σ ln p. */
  logprob: number;
}

/** A text that ended, by a token or by length. */
export interface BeamText {
  /** What was written, with the token that ended it. */
  ids: number[];
  /** Σ ln p / length^α, less what diversity took. */
  score: number;
  /** Σ ln p. */
  logprob: number;
  /** Whether an end-of-text token ended it. */
  ended: boolean;
  group: number;
}

/** Some of the beams, and what they have finished. Plain data. */
export interface Group {
  index: number;
  running: Beam[];
  finished: BeamText[];
  done: boolean;
}

interface Candidate extends Beam {
  /** By what it is chosen. */
  rank: number;
  ended: boolean;
}

/**
 * One token further: `rows` are the log-probabilities of the running beams, `taken` says how often earlier groups have just taken a token, and learns what
 * this one takes.
 */
export function advance(
  group: Group,
  rows: readonly Float64Array[],
  taken: Map<number, number>,
  options: CheckedOptions,
): void {
  const size = options.beams / options.groups;
  const length = group.running[0]!.ids.length + 1;
  const isLast = length === options.maxTokens;
  const best = candidates(group, rows, taken, options);
  if (!(options.earlyStopping === true && group.finished.length === size))
    for (const one of best.slice(0, size)) if (isLast || one.ended) finish(group, one, options, size);
  const open = best.filter(({ ended }) => !ended).slice(0, size);
  for (const { ids } of open) taken.set(ids.at(-1)!, (taken.get(ids.at(-1)!) ?? 0) + 1);
  group.running = isLast ? [] : open;
  group.done = group.running.length === 0 || isDone(group, length, options, size);
}

/** The max(2, 1 + number of end tokens) · size best continuations of all running beams: enough to go on with even where the best all end. */
function candidates(
  group: Group,
  rows: readonly Float64Array[],
  taken: ReadonlyMap<number, number>,
  options: CheckedOptions,
): Candidate[] {
  const count = Math.max(2, 1 + options.eos.length) * (options.beams / options.groups);
  const keepsLoss = options.diversityLoss === "kept";
  const best: { beam: number; id: number; rank: number; loss: number }[] = [];
  rows.forEach((row, beam) => {
    const before = group.running[beam]!.score;
    for (let id = 0; id < row.length; id++) {
      if (row[id] === -Infinity) continue;
      const loss = options.diversity * (taken.get(id) ?? 0);
      const rank = before + row[id]! - loss;
      if (best.length === count && !(rank > best[count - 1]!.rank)) continue;
      let at = best.length;
      while (at > 0 && rank > best[at - 1]!.rank) at--;
      best.splice(at, 0, { beam, id, rank, loss });
      if (best.length > count) best.pop();
    }
  });
  return best.map(({ beam, id, rank, loss }) => {
    const { ids, logprob } = group.running[beam]!;
    return {
      ids: [...ids, id],
      score: keepsLoss ? rank : rank + loss,
      logprob: logprob + rows[beam]![id]!,
      rank,
      ended: options.eos.includes(id),
    };
  });
}

function finish(group: Group, { ids, score, logprob, ended }: Candidate, options: CheckedOptions, size: number): void {
  const text: BeamText = {
    ids,
    score: score / ids.length ** options.lengthPenalty,
    logprob,
    ended,
    group: group.index,
  };
  const at = group.finished.findIndex((one) => text.score > one.score);
  group.finished.splice(at < 0 ? group.finished.length : at, 0, text);
  if (group.finished.length > size) group.finished.pop();
}

function isDone({ running, finished }: Group, length: number, options: CheckedOptions, size: number): boolean {
  if (finished.length < size) return false;
  if (options.earlyStopping === true) return true;
  const longest = options.earlyStopping === "never" && options.lengthPenalty > 0 ? options.maxTokens : length;
  return !(running[0]!.score / longest ** options.lengthPenalty > finished.at(-1)!.score);
}
