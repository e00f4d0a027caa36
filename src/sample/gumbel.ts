import { LogitsError, portableLog, uniform } from "../core/index.js";
import type { DrawKey } from "./chain.js";

/**
 * Standard Gumbel noise of one token at one step, from Philox keyed by (seed, sequence, step, id): whatever else there is in the row.
 *
 *     G = −ln(−ln u)        u = (k + ½)/2⁵², so that 0 < u < 1
 */
export function gumbelNoise({ seed, sequence = 0, step = 0 }: DrawKey, id: number): number {
  const k = Math.floor(uniform(seed, "gumbel", id * 2 ** 32 + step, sequence) * 2 ** 52);
  return -portableLog(-portableLog((k + 0.5) / 2 ** 52));
}

/**
 * Draws a token as the winner of the row with Gumbel noise added (the lowest id on ties).
 *
 *     argmax_id  z_id + G_id        P(id) = softmax(z)_id
 *
 * Against `drawToken`: the same distribution, other tokens, for the same key. `drawToken` takes one uniform number a step and turns the cumulative distribution
 * around, so that a change anywhere in the row can move the token; here every token has its own number. Removing a token that was not drawn does not change
 * the draw, and of two rows that are close, two draws with one key mostly agree: use it to compare models, prompts and chains. It costs one Philox block a
 * token that is left.
 *
 * The logarithms are made of operations that IEEE 754 fixes, so the token is the same on every engine. Ids below 2²¹.
 *
 * @param row scores; −Infinity for tokens that have been removed
 * @throws LogitsError `not-finite` where no token is left
 *
 * Source: Gumbel, 1954; Maddison, Tarlow & Minka, NeurIPS 2014.
 */
export function gumbelToken(row: Float64Array, key: DrawKey): number {
  let winner = -1;
  let best = -Infinity;
  for (let id = 0; id < row.length; id++) {
    if (row[id] === -Infinity) continue;
    const score = row[id]! + gumbelNoise(key, id);
    if (winner >= 0 && !(score > best)) continue;
    winner = id;
    best = score;
  }
  if (winner < 0) throw new LogitsError("not-finite", "Cannot draw: a token must be left, got none");
  return winner;
}
