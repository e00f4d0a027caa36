/**
 * Numbers of one row of logits, or of many: every function takes a row, or `{values, rows, classes}` and gives one result a row.
 *
 * Numbers and a Float64Array are computed in f64, to 4 ulp. So is a Float32Array, but for these, which take f32 exponentials with f64 sums from 16
 * classes on: `logSumExp`, `energy`, `entropy`, `perplexity`, and `softmax` and `logSoftmax` into an `out` of f32. What they lose is said at each;
 * `Float64Array.from(row)` loses nothing. Winners and the top k are exact always.
 */
export { entropy, perplexity, varentropy } from "./entropy.js";
export { alloc, free } from "./memory.js";
export type { Row, Rows, Tempered } from "./row.js";
export { logit, logSigmoid, odds, sigmoid, softplus } from "./sigmoid.js";
export { energy, logOddsAgainstRest, logSoftmax, logSumExp, softmax } from "./softmax.js";
export { argmax, logitMargin, margin, topK, type Winner } from "./winner.js";
