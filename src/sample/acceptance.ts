import type { DrawRow, Params } from "../core/index.js";

export type Acceptance = "topP" | "typical";

/** Whether a filter that keeps probability P keeps this token, from the weights of a row alone: what comes before the token must hold less than P. */
export function accepts(row: DrawRow, token: number, how: Acceptance, params: Params): boolean {
  return how === "topP" ? inNucleus(row, token, params) : isTypical(row, token, params);
}

function inNucleus(row: DrawRow, token: number, params: Params): boolean {
  const limit = (params["topP"] as number) * row.total;
  const score = row.scores[token]!;
  const tied = params["ties"] === "keep" ? 0 : row.countEqual(token, score) * row.weights[token]!;
  const before = row.massAbove(score) + tied;
  // The most probable token stays whatever P is.
  return before === 0 || stays(before, limit, params);
}

/** Whether what comes before a token is too little. Weights are of f32: what is within 3e-7 of the limit has reached it. */
function stays(before: number, limit: number, params: Params): boolean {
  return params["equal"] === "keep" ? before <= limit * (1 + 3e-7) : before < limit * (1 - 3e-7);
}

function isTypical(row: DrawRow, token: number, params: Params): boolean {
  const limit = (params["typicalP"] as number) * row.total;
  // −ln p − H is, but for a factor, how far the logarithm of a weight is from the mean of all.
  const centre = Math.fround(row.weighted / row.total);
  const distance = Math.abs(Math.fround(row.logs[token]! - centre));
  const nearer = row.massNear(centre, distance);
  if (!isWithin(nearer, limit, params)) return false;
  if (params["ties"] === "keep" || isWithin(row.massNear(centre, above(distance)), limit, params)) return true;
  // P is reached among tokens at this very distance: by score, then by id.
  return isWithin(nearer + tiedBefore(row, token, centre, distance), limit, params);
}

/** The most typical token stays whatever P is. */
function isWithin(before: number, limit: number, params: Params): boolean {
  return before === 0 || stays(before, limit, params);
}

/** Weight of the tokens at the same distance that come before this one. */
function tiedBefore(row: DrawRow, token: number, centre: number, distance: number): number {
  const { logs, weights, scores } = row;
  let mass = 0;
  for (let id = 0; id < scores.length; id++) {
    if (weights[id] === 0 || Math.abs(Math.fround(logs[id]! - centre)) !== distance) continue;
    if (scores[id]! > scores[token]! || (scores[id] === scores[token] && id < token)) mass += weights[id]!;
  }
  return mass;
}

const number = new Float32Array(1);
const bits = new Int32Array(number.buffer);

/** The next f32 above one that is not negative. */
function above(value: number): number {
  number[0] = value;
  bits[0]!++;
  return number[0]!;
}
