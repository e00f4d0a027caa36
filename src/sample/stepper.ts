import { type DrawRow, drawRow, type Logits, LogitsError, type Params, type SampleContext } from "../core/index.js";
import { acceptToken, diceOf, type DrawKey, type Step } from "./chain.js";
import { checkRow, numberOf } from "./define.js";
import { drawKept, rejection, uniformOf } from "./draw.js";
import { Few } from "./fast/few.js";
import { Penalties } from "./fast/penalties.js";
import { type Program, programOf } from "./fast/program.js";
import { leastScore, movedBound } from "./mirostat.js";
import { sample } from "./sample.js";
import { scoreWithin } from "./topNSigma.js";

/** What a step may need of the text: see SampleContext. */
export type StepContext = Partial<Omit<SampleContext, "dice">>;

/**
 * Draws token after token through one chain, as `sample` does and always the same ones, without rows in between and without allocating: for chains of
 * penalties, temperature, top-k, top-p, min-p and typical in their usual orders. Every other chain goes through `sample`.
 *
 * @example
 *     const stepper = createStepper(chain, 50_257);
 *     const token = stepper.next(logits, { seed: 7, step: 0 }, { history });
 *
 * `row` is where scores may be written directly, so that nothing is copied: `stepper.row.set(…)`, then `stepper.next(stepper.row, …)`.
 */
export interface Stepper {
  readonly row: Float32Array;
  /** Whether the chain is run without whole rows. */
  readonly fast: boolean;
  next(logits: Logits, key: DrawKey, context?: StepContext): number;
}

/** @param tokens size of the vocabulary */
export function createStepper(chain: readonly Step[], tokens: number): Stepper {
  const row = drawRow(tokens);
  const program = programOf(chain);
  const scores = row.scores as Float32Array;
  const slow = (logits: Logits, key: DrawKey, context: StepContext = {}): number => slowly(chain, logits, key, context);
  if (!program) return { row: scores, fast: false, next: slow };
  const run = runner(program, chain, row, tokens);
  return {
    row: scores,
    fast: true,
    next(logits, key, context) {
      if (logits.length !== tokens)
        throw new LogitsError("bad-argument", `Cannot sample: a row must have ${tokens} scores, got ${logits.length}`);
      // Scores in f64 would lose digits here.
      if (logits instanceof Float64Array) return slow(logits, key, context);
      if (logits !== scores) scores.set(logits);
      return run(key, context) ?? slow(logits, key, context);
    },
  };
}

function slowly(chain: readonly Step[], logits: Logits, key: DrawKey, context: StepContext): number {
  const { token } = sample(logits, { ...key, chain, context, top: 0 });
  if (context.state) acceptToken(token, logits, chain, { ...context, state: context.state, dice: diceOf(key), ...key });
  return token;
}

type Run = (key: DrawKey, context: StepContext | undefined) => number | undefined;

/** Undefined where this row needs the whole way after all. */
function runner(program: Program, chain: readonly Step[], row: DrawRow, tokens: number): Run {
  const peakOf = (): number => {
    const peak = row.peak();
    // Which score is wrong is said by the check of all.
    if (!(peak > -Infinity)) checkRow(row.scores);
    return peak;
  };
  const { find, scale } = program;
  if (find.how === "all") return (key) => row.at(uniformOf(key, 0) * row.weigh(scale, peakOf() * scale));
  if (find.how === "draw") {
    const { how, params } = rejection(chain)!;
    const weigh = how === "typical" ? row.weighLogs : row.weigh;
    return (key) => drawKept(row, weigh.call(row, scale, peakOf() * scale), how, params, key);
  }
  if (find.how === "mirostat") return mirostatRun(find.params, find.place, scale, row, peakOf);
  if (find.how === "topNSigma") return sigmaRun(find.params, scale, row, tokens, peakOf);
  if (find.how === "xtc") return xtcRun(find.params, find.place, scale, row, tokens, peakOf);
  if (find.how === "topK") return topKRun(program, find.k, row, tokens);
  return minPRun(program, (find as { log: number }).log, row, peakOf);
}

const nothing: readonly number[] = [];

/** So many more than k are asked for at first, for some may be penalized. */
const spare = 8;

function topKRun(program: Program, k: number, row: DrawRow, tokens: number): Run {
  const most = Math.min(k, tokens);
  const few = new Few(most);
  const penalties = new Penalties(tokens, program.penalties);
  return (key, context) => {
    // Which score is wrong is said where all are looked at.
    if (Number.isNaN(row.peak())) return undefined;
    if (program.penalties.length === 0) few.take(row, row.findBest(most), program.scale);
    else {
      penalties.count(context?.history ?? nothing, context?.promptLength ?? 0);
      // A token that is not among the best is penalized in vain; but as many as are wanted must be left without one.
      let wanted = Math.min(most + spare, tokens);
      while (few.takePenalized(row, row.findBest(wanted), program.scale, penalties) < most && wanted < tokens)
        wanted = Math.min(4 * wanted, tokens);
    }
    return few.count === 0 ? undefined : finish(few, program, key);
  };
}

let kept = new Float32Array(64);

/** Takes some tokens out of a row. NaN stays, so that it is found. */
function hide(scores: Float32Array, ids: Int32Array, count: number): void {
  if (kept.length < count) kept = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    kept[i] = scores[ids[i]!]!;
    if (kept[i]! < Infinity) scores[ids[i]!] = -Infinity;
  }
}

/** Puts them back. */
function show(scores: Float32Array, ids: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) scores[ids[i]!] = kept[i]!;
}

/** Where more tokens than these are left, a look at all of them is faster. */
const fewest = 256;

function minPRun(program: Program, log: number, row: DrawRow, peakOf: () => number): Run {
  const few = new Few(fewest);
  const { scale } = program;
  return (key) => {
    const peak = peakOf() * scale;
    const least = firstAbove((peak + log) / scale, (score) => score * scale >= peak + log);
    const n = row.findAbove(least, fewest);
    if (n < 0)
      return program.afterwards.length > 0 ? undefined : row.at(uniformOf(key, 0) * row.weigh(scale, peak, least));
    few.take(row, n, scale);
    return finish(few, program, key);
  };
}

const number = new Float32Array(1);
const bits = new Int32Array(number.buffer);

/** The smallest f32 for which a condition holds that holds for all larger ones, from one nearby. */
function firstAbove(guess: number, holds: (score: number) => boolean): number {
  number[0] = guess;
  while (holds(number[0]!)) step(-1);
  while (!holds(number[0]!)) step(1);
  return number[0]!;
}

/** To the next f32 up or down. */
function step(direction: 1 | -1): void {
  if (number[0] === 0) bits[0] = direction > 0 ? 1 : -2147483647;
  else bits[0]! += number[0]! > 0 ? direction : -direction;
}

function mirostatRun(params: Params, place: number, scale: number, row: DrawRow, peakOf: () => number): Run {
  const from = new From(row, scale);
  return (key, context) => {
    const highest = peakOf();
    const peak = highest * scale;
    const state = context?.state;
    const bound = state?.[place]?.["bound"] ?? 2 * numberOf(params, "mirostatTau");
    const least = leastScore(peak, row.weigh(scale, peak), bound);
    const token = least > peak ? from.first() : from.drawWeighed(least, key);
    // The one allocation: what is remembered is a new value, so that a saved one stays as it was.
    if (state) state[place] = { bound: movedBound(params, bound, from.weight, from.total) };
    return token;
  };
}

function sigmaRun(params: Params, scale: number, row: DrawRow, tokens: number, peakOf: () => number): Run {
  const from = new From(row, scale);
  return (key) => {
    const highest = peakOf();
    const peak = highest * scale;
    return from.draw(scoreWithin(peak, row.spread(scale, highest), tokens, params), peak, key);
  };
}

/** Draws among the tokens from some score on: few are found by their groups, many by a look at all. */
class From {
  weight = 1;
  total = 1;
  readonly #row: DrawRow;
  readonly #scale: number;
  readonly #tokens = new Few(fewest);

  constructor(row: DrawRow, scale: number) {
    this.#row = row;
    this.#scale = scale;
  }

  /** The first of the most probable tokens. */
  first(): number {
    this.#row.findBest(1);
    this.weight = this.total = 1;
    return this.#row.ids[0]!;
  }

  draw(least: number, peak: number, key: DrawKey): number {
    const from = this.#from(least);
    return this.#few(from, key) ?? this.#at(this.#row.weigh(this.#scale, peak, from), key);
  }

  /** The same of a row that has been weighed. */
  drawWeighed(least: number, key: DrawKey): number {
    const from = this.#from(least);
    return this.#few(from, key) ?? this.#at(this.#row.keep(from), key);
  }

  #from(least: number): number {
    return firstAbove(least / this.#scale, (score) => score * this.#scale >= least);
  }

  #few(from: number, key: DrawKey): number | undefined {
    const few = this.#tokens;
    const n = this.#row.findAbove(from, fewest);
    if (n < 0) return undefined;
    few.take(this.#row, n, this.#scale);
    const token = few.at(uniformOf(key, 0));
    this.total = few.total;
    this.weight = few.weight;
    return token;
  }

  #at(total: number, key: DrawKey): number {
    const token = this.#row.at(uniformOf(key, 0) * total);
    this.total = total;
    this.weight = this.#row.weights[token]!;
    return token;
  }
}

function xtcRun(params: Params, place: number, scale: number, row: DrawRow, tokens: number, peakOf: () => number): Run {
  const chance = numberOf(params, "xtcProbability");
  const threshold = numberOf(params, "xtcThreshold");
  const strictly = params["boundary"] === "drop";
  // No more tokens can have the probability that is asked.
  const most = Math.min(tokens, Math.ceil(1 / threshold) + 2);
  const scores = row.scores as Float32Array;
  return (key) => {
    const u = diceOf(key)(place);
    const peak = peakOf() * scale;
    const total = row.weigh(scale, peak);
    if (params["roll"] === "<" ? u >= chance : u > chance) return row.at(uniformOf(key, 0) * total);
    const limit = threshold * total;
    const n = row.findBest(most);
    const { ids, weights } = row;
    let reached = 0;
    while (reached < n && (strictly ? weights[ids[reached]!]! > limit : weights[ids[reached]!]! >= limit)) reached++;
    if (reached < 2) return row.at(uniformOf(key, 0) * total);
    const last = row.best[reached - 1]! * scale;
    hide(scores, ids, reached - 1);
    const token = row.at(uniformOf(key, 0) * row.weigh(scale, last));
    show(scores, ids, reached - 1);
    return token;
  };
}

/** The steps that are left, and the draw. */
function finish(few: Few, program: Program, key: DrawKey): number {
  for (const step of program.afterwards) {
    if (step.does === "scale") few.scale(step.by);
    else if (step.does === "nucleus") few.nucleus(step.limit, step.andEqual);
    else few.cut(few.scores[0]! + step.log);
  }
  return few.at(uniformOf(key, 0));
}
