import { LogitsError } from "../core/index.js";
import { chainFrom, FollowedText, type FollowOptions, type Sampling } from "./followedText.js";

export type { Sampling } from "./followedText.js";

/** What a processor is given of transformers.js' tensors: rows × vocabulary. */
export interface ScoreTensor {
  readonly data: ArrayLike<number>;
  readonly dims: readonly number[];
}

/** transformers.js' `LogitsProcessor`: changes the scores of the next tokens in place, and returns them. */
export interface Processor {
  <T extends ScoreTensor>(ids: readonly (readonly (bigint | number)[])[], scores: T): T;
  _call<T extends ScoreTensor>(ids: readonly (readonly (bigint | number)[])[], scores: T): T;
}

/** A processor of anyone's. */
type AnyProcessor = (ids: never, scores: never) => unknown;

/** transformers.js' `LogitsProcessorList`, without that package. */
export interface ProcessorList extends Processor {
  processors: AnyProcessor[];
  push(processor: AnyProcessor): void;
  extend(processors: Iterable<AnyProcessor>): void;
  [Symbol.iterator](): ArrayIterator<AnyProcessor>;
}

export interface ProcessorOptions extends FollowOptions {
  /** Keeps every step's scores as they were before the chain. */
  record?: ScoreRecord;
}

/**
 * Our samplers where transformers.js takes custom processors. They run over the rows in place, each with its own text: row r is sequence `sequence` + r.
 *
 * transformers.js 4.3.1 runs its penalties first and, with do_sample, its temperature; then custom processors; then its sampler, which keeps top_k (50 unless
 * said otherwise) and draws. Its top_p, typical_p and min_p do nothing. So give `do_sample: true, temperature: 1, top_k: 0` beside this list; or
 * `drawing: true` here and `do_sample: false`, which leaves it no choice. `generationOptions` says all of that at once. A processor does not see the
 * generation config and cannot refuse a wrong one.
 *
 * A call whose texts go on from those of the last call by one token is the next step; any other begins new texts, which are then the prompts. Padding counts as
 * text.
 *
 * @param sampling a chain, or settings; an empty chain changes nothing
 * @param options `seed` range 0 … 2³² − 1; `drawing` default false; `record` default none
 * @throws LogitsError `not-finite` for NaN and +Infinity (which token), and where no token is left
 * @example
 *     await model.generate({ ...inputs, do_sample: true, temperature: 1, top_k: 0, logits_processor: logitsProcessors({ topP: 0.9 }, { seed: 7 }) });
 */
export function logitsProcessors(sampling: Sampling, options: ProcessorOptions): ProcessorList {
  const chain = chainFrom(sampling);
  const { record, sequence = 0, ...rest } = options;
  let texts: FollowedText[] = [];
  const processor = processorOf((ids, rows) => {
    if (goesOn(texts, ids)) ids.forEach((text, r) => texts[r]!.accept(Number(text.at(-1))));
    else texts = ids.map((text, r) => new FollowedText(text.map(Number), chain, { ...rest, sequence: sequence + r }));
    rows.forEach((row, r) => row.set(inRange(texts[r]!.next(row))));
  });
  return processorList([...(record ?? []), processor]);
}

/**
 * The list, and beside it what `generate()` of transformers.js must be told, so that its temperature, top_k, repetition penalty and n-gram ban stay out of the
 * way, whatever the model's own generation config says. Tokens that this config forbids or forces stay so.
 *
 * @example
 *     await model.generate({ ...inputs, max_new_tokens: 40, ...generationOptions({ temperature: 0.8, minP: 0.05 }, { seed: 7, drawing: true }) });
 */
export function generationOptions(sampling: Sampling, options: ProcessorOptions): GenerationOptions {
  return {
    do_sample: !options.drawing,
    temperature: 1,
    top_k: 0,
    repetition_penalty: 1,
    no_repeat_ngram_size: 0,
    logits_processor: logitsProcessors(sampling, options),
  };
}

export type GenerationOptions = {
  do_sample: boolean;
  temperature: number;
  top_k: number;
  repetition_penalty: number;
  no_repeat_ngram_size: number;
  logits_processor: ProcessorList;
};

/** A list that changes nothing and keeps what it sees. */
export interface ScoreRecord extends ProcessorList {
  /** The scores of each step: one array of the vocabulary's size a row. */
  readonly steps: Float32Array[][];
}

/**
 * Keeps every step's scores: what `output_scores` promises there and does not do. They are the model's raw logits unless a penalty, or with do_sample a
 * temperature, of transformers.js has changed them before. A step of one row takes 4 bytes a token of the vocabulary.
 *
 * @example
 *     const record = recordScores();
 *     await model.generate({ ...inputs, logits_processor: record });
 *     record.steps[0][0]                                                 // 50,257 scores
 */
export function recordScores(): ScoreRecord {
  const steps: Float32Array[][] = [];
  const processor = processorOf((_, rows) => steps.push(rows.map((row) => row.slice())));
  return Object.assign(processorList([processor]), { steps });
}

function processorList(processors: AnyProcessor[]): ProcessorList {
  const all: Processor["_call"] = (ids, scores) =>
    processors.reduce((changed, processor) => (processor as Processor)(ids, changed), scores);
  return Object.assign(all, {
    _call: all,
    processors,
    push: (processor: AnyProcessor) => void processors.push(processor),
    extend: (more: Iterable<AnyProcessor>) => void processors.push(...more),
    [Symbol.iterator]: () => processors.values(),
  });
}

function processorOf(
  change: (ids: readonly (readonly (bigint | number)[])[], rows: Float32Array[]) => void,
): Processor {
  const call: Processor["_call"] = (ids, scores) => {
    const { data, dims } = scores;
    const width = dims.at(-1) ?? 0;
    if (!(data instanceof Float32Array) || data.length !== ids.length * width)
      throw new LogitsError(
        "bad-argument",
        `Cannot process scores: they must be f32 of ${ids.length} texts × ${width} tokens, got ${data.constructor.name} of [${dims}]`,
      );
    change(
      ids,
      ids.map((_, r) => data.subarray(r * width, (r + 1) * width)),
    );
    return scores;
  };
  return Object.assign(call, { _call: call });
}

/** Whether these are the texts of the last call, each with one token more. */
function goesOn(texts: readonly FollowedText[], ids: readonly (readonly (bigint | number)[])[]): boolean {
  return (
    texts.length === ids.length &&
    texts.every(
      ({ history }, r) => ids[r]!.length === history.length + 1 && history.every((id, i) => id === Number(ids[r]![i])),
    )
  );
}

/** Shifted where f32 could not hold it: softmax is the same. */
function inRange(row: Float64Array): Float64Array {
  const peak = row.reduce((most, score) => Math.max(most, score), -Infinity);
  return Number.isFinite(Math.fround(peak)) ? row : row.map((score) => score - peak);
}
