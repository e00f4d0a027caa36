import { type DrawRow, exactRow, LogitsError, type Params, uniformTo } from "../core/index.js";
import { checkKey, type DrawKey, type Step } from "./chain.js";
import { accepts, type Acceptance } from "./acceptance.js";

/**
 * Draws a token from a row of scores by inverting the cumulative distribution in the order of ids:
 *
 *     the first id with  Σ_{j ≤ id} w_j  >  u · Σ_j w_j          w_j = exp(z_j − z_max)
 *
 * u has 53 bits and depends on (seed, sequence, step) alone. Weights are exponentials in f32, sums are f64 in a stated order, both to the last bit the same
 * on every engine, with WebAssembly and without: the same token whatever else is drawn and in whatever order. Probabilities down to 2⁻⁵³ are reached.
 *
 * @param row scores; −Infinity for tokens that have been removed
 * @returns the id
 * @throws LogitsError `not-finite` where no token is left; `bad-argument` for a key out of range
 */
export function drawToken(row: Float64Array, key: DrawKey): number {
  checkKey(key);
  roll(key, 0);
  return tokenAt(row, rolled[0]!);
}

/** The token at u ∈ [0, 1) of the cumulative distribution. */
export function tokenAt(row: Float64Array, u: number): number {
  const weighed = exactRow(row);
  return weighed.at(u * totalOf(weighed));
}

/** The uniform number of the last `roll`: in an array, for what a function returns may be allocated. */
export const rolled: Float64Array = new Float64Array(1);

/** Finds the uniform number of a draw's attempt. */
export function roll({ seed, sequence = 0, step = 0 }: DrawKey, attempt: number): void {
  uniformTo(rolled, seed, "sample", step, sequence, attempt);
}

function totalOf(row: DrawRow, logs = false): number {
  const peak = row.peak();
  if (!(peak > -Infinity)) throw new LogitsError("not-finite", "Cannot draw: a token must be left, got none");
  return logs ? row.weighLogs(1, peak) : row.weigh(1, peak);
}

/** Weights of the tokens of a row, and their sum: what is drawn from. */
export function weightsOf(row: Float64Array): { weights: Float32Array; total: number; peak: number } {
  const weighed = exactRow(row);
  const peak = weighed.peak();
  const total = totalOf(weighed);
  return { weights: weighed.weights, total, peak };
}

/** Attempts after which a draw by rejection inverts the distribution that is left: at least half of them succeed, so that it never comes to that. */
export const mostAttempts = 64;

/**
 * How a chain is drawn from. Where its last step keeps the tokens that hold some probability (top-p, typical) and no top-k made them few before, a token is
 * drawn from the row before that step until one is kept: the same distribution, without having to find out which tokens are kept. Undefined for
 * every other chain: its row is drawn from as it is left.
 */
export function rejection(chain: readonly Step[]): { place: number; how: Acceptance; params: Params } | undefined {
  const place = chain.findLastIndex(({ sampler, params }) => !sampler.isOff(params));
  const last = chain[place];
  const name = last?.sampler.name;
  if (!last || (name !== "topP" && name !== "typical")) return undefined;
  const { params } = last;
  const plain = params["crossing"] === "keep" && params["over"] !== "all" && params["minKeep"] === 1;
  const few = chain.some(({ sampler, params: others }) => sampler.name === "topK" && !sampler.isOff(others));
  return plain && !few ? { place, how: name, params } : undefined;
}

/** Draws by rejection; undefined when no attempt succeeded. `row` must have been weighed. */
export function drawKept(row: DrawRow, how: Acceptance, params: Params, key: DrawKey): number | undefined {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const token = drawFrom(row, key, attempt);
    if (accepts(row, token, how, params)) return token;
  }
  return undefined;
}

/** The token of one attempt, from a row that has been weighed. */
export function drawFrom(row: DrawRow, key: DrawKey, attempt: number): number {
  roll(key, attempt);
  return row.at(rolled[0]! * row.total);
}

/** The token of a chain, from the row before each step and the row that is left. */
export function drawFromChain(
  chain: readonly Step[],
  rowBefore: (place: number) => Float64Array,
  left: Float64Array,
  key: DrawKey,
): number {
  const by = rejection(chain);
  if (!by) return drawToken(left, key);
  const row = exactRow(rowBefore(by.place));
  totalOf(row, by.how === "typical");
  return drawKept(row, by.how, by.params, key) ?? drawToken(left, key);
}
