import { type DrawRow, drawRow, type Logits, LogitsError, type Params, type SampleContext } from "../core/index.js";
import { acceptToken, checkKey, diceOf, diceTo, type DrawKey, runChain, type Step } from "./chain.js";
import { checkRow, numberOf } from "./define.js";
import { drawFrom, drawKept, rejection } from "./draw.js";
import { Best } from "./fast/best.js";
import { Few } from "./fast/few.js";
import { fewest, found, From, seek, sought } from "./fast/from.js";
import { markerOf, markLeft } from "./fast/kept.js";
import { type Program, programOf } from "./fast/program.js";
import { boundOf, leastScore, movedBound } from "./mirostat.js";
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
  /**
   * The tokens that `runChain` leaves, always the same ones; in a fraction of its time for a fast chain without typical and xtc. What is returned is
   * overwritten by the next call: `mask.slice()` stays. A chain that needs chance, as with xtc, needs `dice` in its context.
   *
   * @example
   *     const { count, mask } = stepper.kept(logits);
   *     if (isAllowed(mask, token)) …
   */
  kept(logits: Logits, context?: Partial<SampleContext>): KeptTokens;
}

/** Which tokens a chain keeps. */
export interface KeptTokens {
  count: number;
  /** A bit for each token, 32 to a word, the lowest bit first: see `isAllowed`. */
  mask: Int32Array;
}

/** @param tokens size of the vocabulary */
export function createStepper(chain: readonly Step[], tokens: number): Stepper {
  const row = drawRow(tokens);
  const program = programOf(chain);
  const scores = row.scores as Float32Array;
  const peakOf = (): number => {
    const peak = row.peak();
    // Which score is wrong is said by the check of all.
    if (!(peak > -Infinity)) checkRow(scores);
    return peak;
  };
  const run = program && runner(program, chain, row, tokens, peakOf);
  const marker = program && markerOf(program, chain, row, tokens, peakOf);
  /** Whether the row is now where it can be run from: scores in f64 would lose digits there. */
  const take = (logits: Logits): boolean => {
    if (logits.length !== tokens)
      throw new LogitsError("bad-argument", `Cannot sample: a row must have ${tokens} scores, got ${logits.length}`);
    if (logits instanceof Float64Array) return false;
    if (logits !== scores) scores.set(logits);
    return true;
  };
  const kept: KeptTokens = { count: 0, mask: row.marks };
  return {
    row: scores,
    fast: program !== undefined,
    next(logits, key, context) {
      const token = run && take(logits) ? run(key, context) : undefined;
      return token ?? slowly(chain, logits, key, context ?? {});
    },
    kept(logits, context = {}) {
      const count = take(logits) && marker ? marker(context) : undefined;
      kept.count = count ?? markLeft(row.marks, runChain(logits, chain, context));
      return kept;
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
function runner(program: Program, chain: readonly Step[], row: DrawRow, tokens: number, peakOf: () => number): Run {
  const { find, scale } = program;
  if (find.how === "all" || find.how === "draw") {
    const { how, params } = rejection(chain) ?? {};
    return (key) => {
      const peak = peakOf() * scale;
      if (how === "typical") row.weighLogs(scale, peak);
      else row.weigh(scale, peak);
      return how ? drawKept(row, how, params!, key) : drawFrom(row, key, 0);
    };
  }
  if (find.how === "mirostat") return mirostatRun(find.params, find.place, scale, row, peakOf);
  if (find.how === "topNSigma") return sigmaRun(find.params, scale, row, tokens, peakOf);
  if (find.how === "xtc") return xtcRun(find.params, find.place, scale, row, tokens, peakOf);
  if (find.how === "topK") return topKRun(program, find.k, row, tokens);
  return minPRun(program, (find as { log: number }).log, row, peakOf);
}

function topKRun(program: Program, k: number, row: DrawRow, tokens: number): Run {
  const best = new Best(program, k, row, tokens);
  return (key, context) => (best.find(context) ? finish(best.few, program, key) : undefined);
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

function minPRun(program: Program, log: number, row: DrawRow, peakOf: () => number): Run {
  const few = new Few(fewest);
  const { scale } = program;
  return (key) => {
    const peak = peakOf() * scale;
    sought[0] = peak + log;
    seek(scale);
    const least = found[0]!;
    const n = row.findAbove(least, fewest);
    if (n < 0) {
      if (program.afterwards.length > 0) return undefined;
      row.weigh(scale, peak, least);
      return drawFrom(row, key, 0);
    }
    few.take(row, n, scale);
    return finish(few, program, key);
  };
}

function mirostatRun(params: Params, place: number, scale: number, row: DrawRow, peakOf: () => number): Run {
  const from = new From(row, scale);
  return (key, context) => {
    const highest = peakOf();
    const peak = highest * scale;
    const state = context?.state;
    const bound = boundOf(params, context ?? {}, place);
    sought[0] = leastScore(peak, row.weigh(scale, peak), bound);
    const token = sought[0]! > peak ? from.first() : from.drawWeighed(key);
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
    sought[0] = scoreWithin(peak, row.spread(scale, highest), tokens, params);
    return from.draw(peak, key);
  };
}

function xtcRun(params: Params, place: number, scale: number, row: DrawRow, tokens: number, peakOf: () => number): Run {
  const chance = numberOf(params, "xtcProbability");
  const threshold = numberOf(params, "xtcThreshold");
  const strictly = params["boundary"] === "drop";
  // No more tokens can have the probability that is asked.
  const most = Math.min(tokens, Math.ceil(1 / threshold) + 2);
  const scores = row.scores as Float32Array;
  const dice = new Float64Array(1);
  return (key) => {
    checkKey(key);
    diceTo(dice, key, place);
    const peak = peakOf() * scale;
    row.weigh(scale, peak);
    let reached = 0;
    if (params["roll"] === "<" ? dice[0]! < chance : dice[0]! <= chance) {
      const limit = threshold * row.total;
      const n = row.findBest(most);
      const { ids, weights } = row;
      while (reached < n && (strictly ? weights[ids[reached]!]! > limit : weights[ids[reached]!]! >= limit)) reached++;
    }
    if (reached > 1) {
      hide(scores, row.ids, reached - 1);
      row.weigh(scale, row.best[reached - 1]! * scale);
    }
    const token = drawFrom(row, key, 0);
    if (reached > 1) show(scores, row.ids, reached - 1);
    return token;
  };
}

/** The steps that are left, and the draw. */
function finish(few: Few, program: Program, key: DrawKey): number {
  few.follow(program.afterwards);
  return few.draw(key);
}
