// A model that writes its scores where the kernels work: nothing is copied. Run it: node examples/kernel-memory.mjs
import { alloc, argmax, entropy, free, logSumExp, topK } from "logits/math";

/** Stands for a model: writes the scores of its step over the vocabulary to `scores`. */
function forward(step, scores) {
  for (let k = 0; k < scores.length; k++) scores[k] = 3 * Math.sin(12.9898 * (k + 1) * (step + 1));
  scores[(step * 7919) % scores.length] = 15;
}

/** Decodes greedily and says of each step how sure it was. */
export function decode(steps = 3, vocabulary = 50_257) {
  const scores = alloc(1, vocabulary);
  const lines = [];
  for (let step = 0; step < steps; step++) {
    forward(step, scores);
    const { index } = argmax(scores);
    const logprob = scores[index] - logSumExp(scores);
    lines.push({ token: index, logprob, entropy: entropy(scores), next: [...topK(scores, 3).indices] });
  }
  free(scores);
  return { lines, left: scores.length };
}

if (import.meta.url === `file://${process.argv[1]}`) console.table(decode().lines);
