/** Numbers of one row of logits, or of many: every function takes a row, or `{values, rows, classes}` and gives one result a row. */
export { entropy, perplexity, varentropy } from "./entropy.js";
export type { Row, Rows, Tempered } from "./row.js";
export { logit, logSigmoid, odds, sigmoid, softplus } from "./sigmoid.js";
export { energy, logOddsAgainstRest, logSoftmax, logSumExp, softmax } from "./softmax.js";
export { argmax, logitMargin, margin, topK, type Winner } from "./winner.js";
