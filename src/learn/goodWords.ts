import { LogitsError, type Logits } from "../core/index.js";
import type { Network } from "./network.js";
import { predict } from "./predict.js";
import { bags, checkSparse, type SparseExamples } from "./sparse.js";

/**
 * Features of a network of one linear layer, those first whose weight for a class exceeds its largest other weight most: the words of an attacker who knows the
 * network.
 *
 * @param towards the class, 0 … classes − 1
 * @throws "bad-argument"
 */
export function goodWords({ layers, parameters, classes }: Network, towards: number): Int32Array {
  const refuse = (what: string): never => {
    throw new LogitsError("bad-argument", `Cannot find good words: ${what}`);
  };
  if (layers.length !== 1) refuse(`the network must have one layer, got ${layers.length}`);
  checkClass(towards, classes, refuse);
  const units = classes.length;
  const [weights] = parameters;
  const leads = Float64Array.from({ length: weights!.length / units }, (_, feature) => {
    let other = -Infinity;
    for (let k = 0; k < units; k++) if (k !== towards) other = Math.max(other, weights![feature * units + k]!);
    return weights![feature * units + towards]! - other;
  });
  return ranked(leads).filter((feature) => leads[feature]! > 0);
}

/**
 * Features that the examples of a class have, the commonest first: the words of an attacker who has seen such mail and nothing else.
 *
 * @throws "bad-data", "bad-argument"
 */
export function commonWords(examples: SparseExamples, label: number): Int32Array {
  checkSparse("count words", examples);
  const { starts, columns, shape, labels, classes } = examples;
  checkClass(label, classes, (what) => {
    throw new LogitsError("bad-argument", `Cannot count words: ${what}`);
  });
  const counts = new Float64Array(shape[0]!);
  labels.forEach((of, row) => {
    if (of === label) for (let at = starts[row]!; at < starts[row + 1]!; at++) counts[columns[at]!]!++;
  });
  return ranked(counts).filter((feature) => counts[feature]! > 0);
}

function checkClass(towards: number, { length }: readonly string[], refuse: (what: string) => never): void {
  if (!(Number.isInteger(towards) && towards >= 0 && towards < length))
    refuse(`the class must be 0 … ${length - 1}, got ${towards}`);
}

/** The largest first, the lower number among equals. */
const ranked = (scores: Float64Array): Int32Array =>
  Int32Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);

/**
 * The good-word attack: to each bag of words those of a list are added that it lacks, one after another, until there are `most`.
 *
 * Lowd & Meek, CEAS 2005.
 *
 * @param words features, the first one first; of `goodWords`, `commonWords` or a list of one's own
 * @returns logits after 0 … `most` words: rows × (most + 1) × classes. A row to which nothing can be added any more keeps its last logits.
 * @throws "bad-data", "bad-argument", "mismatch"
 * @example
 *     const { values } = await goodWordAttack(net, blockedMails, goodWords(net, 0), { most: 50 });
 */
export async function goodWordAttack(
  net: Network,
  examples: SparseExamples,
  words: ArrayLike<number>,
  { most = 50 }: { most?: number } = {},
): Promise<{ values: Logits; rows: number; steps: number; classes: number }> {
  checkSparse("add good words", examples);
  if (!(Number.isInteger(most) && most >= 1))
    throw new LogitsError("bad-argument", `Cannot add good words: most must be an integer ≥ 1, got ${most}`);
  const { starts, columns, values: weights, labels, shape } = examples;
  const rows = labels.length;
  const steps = most + 1;
  const classes = net.classes.length;
  const values = new Float32Array(rows * steps * classes);
  const list = [...new Set(Array.from(words))];
  for (let row = 0; row < rows; row++) {
    const own = columns.subarray(starts[row]!, starts[row + 1]!);
    const there = new Set(own);
    const added = list.filter((word) => !there.has(word)).slice(0, most);
    const grown = Array.from({ length: steps }, (_, step) => [...own, ...added.slice(0, step)]);
    const valueOf = (place: number): number => (place < own.length ? weights![starts[row]! + place]! : 1);
    const mails = bags(grown, { shape, labels: new Int32Array(steps).fill(labels[row]!), classes: examples.classes });
    const some = weights
      ? { ...mails, values: Float32Array.from(grown.flatMap((of) => of.map((_, i) => valueOf(i)))) }
      : mails;
    values.set((await predict(net, some)).values, row * steps * classes);
  }
  return { values: values as Logits, rows, steps, classes };
}
