import {
  checkParams,
  type Logits,
  LogitsError,
  type Params,
  type SampleContext,
  type Sampler,
  uniform,
  uniformTo,
} from "../core/index.js";
import { checkChanged, checkRow, contextOf } from "./define.js";

/** One step of a chain, as JSON has it. */
export interface ChainStep {
  sampler: string;
  params?: Params;
}

/** A step whose sampler is known and whose parameters are complete. */
export interface Step {
  sampler: Sampler;
  params: Params;
}

/** What makes a draw the same wherever it is made: nothing else does. */
export interface DrawKey {
  /** Range 0 … 2³² − 1. */
  seed: number;
  /** Which text, where several are sampled with one seed; range 0 … 2³² − 1, default 0. */
  sequence?: number;
  /** Which token of the text; range 0 … 2⁵³ − 1, default 0. */
  step?: number;
}

/** Steps from JSON, in their order, each parameter checked. Steps that change nothing are left in: a trace says so. */
export function chainOf(samplers: readonly Sampler[], steps: readonly ChainStep[]): Step[] {
  return steps.map((step) => {
    const { sampler: name, params } = checkStep(step);
    const sampler = samplers.find((one) => one.name === name);
    if (!sampler) {
      const names = samplers.map((one) => one.name).join(", ");
      throw new LogitsError("bad-argument", `Cannot sample: a sampler must be one of ${names}, got ${name}`);
    }
    return { sampler, params: checkParams(sampler, params) };
  });
}

function checkStep(step: unknown): ChainStep {
  const { sampler, params = {} } = (step ?? {}) as Partial<ChainStep>;
  if (typeof sampler === "string" && typeof params === "object" && params !== null && !Array.isArray(params))
    return { sampler, params };
  throw new LogitsError(
    "bad-argument",
    `Cannot sample: a step must be {"sampler": NAME, "params": {…}}, got ${JSON.stringify(step)}`,
  );
}

/** Who watches a row on its way: the row before and after each step. */
export type Watcher = (
  step: Step,
  before: Float64Array,
  after: Float64Array,
  place: number,
  context: SampleContext,
) => void;

/**
 * The row after all samplers of a chain, in f64: what the token is drawn from. The input is unchanged.
 *
 * @example
 *     runChain(Float64Array.of(1, 3, 2), chainOf(samplers, [{ sampler: "topK", params: { topK: 2 } }]))   // [-Infinity, 3, 2]
 *
 * @throws LogitsError `not-finite` for NaN and +Infinity, and where no token is left
 */
export function runChain(
  logits: Logits,
  chain: readonly Step[],
  given: Partial<SampleContext> = {},
  watch?: Watcher,
): Float64Array {
  checkRow(logits);
  const row = new Float64Array(logits);
  const context = contextOf(given);
  const countsAll = chain.some(({ params }) => params["over"] === "all");
  let removed = false;
  if (countsAll) context.all = row.slice();
  chain.forEach((step, place) => {
    const { sampler, params } = step;
    const before = watch ? row.slice() : row;
    if (!sampler.isOff(params)) {
      sampler.change(row, params, context, place);
      // What bans and biases do is up to whoever wrote them; filters and shapes leave a row.
      if (sampler.role === "penalty") checkChanged(row, sampler.name);
      removed ||= sampler.role === "filter";
      if (countsAll && !removed) context.all!.set(row);
    }
    watch?.(step, before, row, place, context);
  });
  return row;
}

/** Tells every sampler that remembers which token was drawn. Runs the chain again, because some remember what they saw. */
export function acceptToken(
  token: number,
  logits: Logits,
  chain: readonly Step[],
  { seed, sequence = 0, step = 0, ...given }: Partial<SampleContext> & { state: SampleContext["state"] } & DrawKey,
): void {
  if (!chain.some(({ sampler, params }) => sampler.accept && !sampler.isOff(params))) return;
  const context = contextOf({ ...given, dice: diceOf({ seed, sequence, step }) });
  const rows: Float64Array[] = [];
  const drawn = runChain(logits, chain, context, (_, before) => rows.push(before));
  chain.forEach(({ sampler, params }, place) => {
    if (!sampler.isOff(params)) sampler.accept?.(token, rows[place]!, drawn, params, context, place);
  });
}

/** Every part of a key counts: one out of range would wrap around to another. */
export function checkKey({ seed, sequence = 0, step = 0 }: DrawKey): void {
  checkPart("seed", seed, 2 ** 32 - 1);
  checkPart("sequence", sequence, 2 ** 32 - 1);
  checkPart("step", step, Number.MAX_SAFE_INTEGER);
}

function checkPart(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max)
    throw new LogitsError(
      "bad-argument",
      `Cannot draw: ${name} must be an integer in [0, ${max}], got ${String(value)}`,
    );
}

/** Dice for the samplers of a chain, keyed by where they stand. */
export function diceOf(key: DrawKey): SampleContext["dice"] {
  checkKey(key);
  const { seed, sequence = 0, step = 0 } = key;
  return (place) => uniform(seed, "dice", step, sequence * 256 + place);
}

/** The uniform number of one place, to the first of an array. */
export function diceTo(out: Float64Array, { seed, sequence = 0, step = 0 }: DrawKey, place: number): void {
  uniformTo(out, seed, "dice", step, sequence * 256 + place, 0);
}
