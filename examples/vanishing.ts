// What a loss still teaches a network that is confidently wrong, and what training makes of it.
//
//     npm run example -- vanishing [IMAGES EPOCHS]
//
// builds and runs it in a clone, with what npm ci installed. Node 22.18 or newer also runs it as it is, after npm run build: node examples/vanishing.ts.
// Elsewhere training needs TensorFlow.js to be quick: npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend-wasm.
import { pathToFileURL } from "node:url";
import {
  dense,
  type Examples,
  linear,
  type LossOfLogits,
  network,
  type Network,
  openExamples,
  predict,
  select,
  train,
} from "logits/learn";
import { crossEntropy } from "logits/losses";

/** Every step below is rounded to f32, in the order in which a framework with automatic differentiation computes it. */
const f = Math.fround;
const sum = (xs: number[]): number => xs.reduce((total, x) => f(total + x), 0);

/** Loss of one row of logits and its gradient in them. */
interface RowLoss {
  loss: number;
  gradient: number[];
}
type OfRow = (z: number[], label: number) => RowLoss;

/** Probabilities, and what brings a gradient in them back to the logits. */
interface Softmax {
  p: number[];
  back: (slope: number[]) => number[];
}

/** As it is often written: no maximum subtracted. */
function naiveSoftmax(z: number[]): Softmax {
  const e = z.map((x) => f(Math.exp(x)));
  const total = sum(e);
  const square = f(total * total);
  const back = (slope: number[]): number[] => {
    const ofTotal = sum(slope.map((s, k) => -f(f(s * e[k]!) / square)));
    return slope.map((s, k) => f(f(f(s / total) + ofTotal) * e[k]!));
  };
  return { p: e.map((x) => f(x / total)), back };
}

/** As a framework has it. */
function softmax(z: number[]): Softmax {
  const max = Math.max(...z);
  const e = z.map((x) => f(Math.exp(f(x - max))));
  const total = sum(e);
  const p = e.map((x) => f(x / total));
  const back = (slope: number[]): number[] => {
    const products = slope.map((s, k) => f(s * p[k]!));
    const all = sum(products);
    return products.map((product, k) => f(product - f(all * p[k]!)));
  };
  return { p, back };
}

const onehot = (label: number, k: number): number => (k === label ? 1 : 0);

/** −ln p of the label. */
const logOf =
  (probabilities: (z: number[]) => Softmax): OfRow =>
  (z, label) => {
    const { p, back } = probabilities(z);
    const slope = p.map((x, k) => f(-onehot(label, k) / x));
    return { loss: -f(Math.log(p[label]!)), gradient: back(slope) };
  };

/** The same with p kept within [1e-7, 1 − 1e-7]: what is outside has no slope. */
const clipped: OfRow = (z, label) => {
  const { p, back } = softmax(z);
  const within = p.map((x) => Math.min(f(1 - 1e-7), Math.max(f(1e-7), x)));
  const slope = p.map((x, k) => (x === within[k] ? f(-onehot(label, k) / x) : 0));
  return { loss: -f(Math.log(within[label]!)), gradient: back(slope) };
};

/** Σ (p − onehot)². */
const squared: OfRow = (z, label) => {
  const { p, back } = softmax(z);
  const away = p.map((x, k) => f(x - onehot(label, k)));
  return { loss: sum(away.map((d) => f(d * d))), gradient: back(away.map((d) => 2 * d)) };
};

const fromLogits: OfRow = (z, label) => {
  const { value, gradient } = crossEntropy({ values: z, rows: 1, classes: z.length }, [label]);
  return { loss: value, gradient: Array.from(gradient) };
};

export const losses: Record<string, OfRow> = {
  "from logits": fromLogits,
  "log(naive)": logOf(naiveSoftmax),
  "log(softmax)": logOf(softmax),
  "clipped 1e-7": clipped,
  "squared error": squared,
};

/** |gradient| of each loss at logits [gap, 0, −1] where the label is 1: the network is wrong, and as sure of it as the gap is wide. */
export function gradients(gaps: number[] = [5, 10, 16, 17, 50, 88, 89, 104]): Record<string, number>[] {
  return gaps.map((gap) => ({
    gap,
    ...Object.fromEntries(
      Object.entries(losses).map(([name, loss]) => [name, Math.hypot(...loss([gap, 0, -1], 1).gradient)]),
    ),
  }));
}

/** A loss of one row as `train` takes it: the mean over a batch. */
const lossOf =
  (ofRow: OfRow): LossOfLogits =>
  ({ values, rows, classes }, labels) => {
    const seen = Array.from({ length: rows }, (_, row) =>
      ofRow(Array.from(values.slice(row * classes, (row + 1) * classes), f), labels[row]!),
    );
    const own = Float64Array.from(seen, ({ loss }) => loss);
    return {
      value: own.reduce((total, loss) => total + loss, 0) / rows,
      losses: own,
      gradient: Float64Array.from(seen.flatMap(({ gradient }) => gradient.map((slope) => slope / rows))),
    };
  };

/** Trains anew, from where it is confidently wrong: the accuracy afterwards, or NaN where the loss stopped being a number. */
async function recovered(wrong: Network, data: Examples, test: Examples, loss: OfRow, epochs: number): Promise<number> {
  try {
    const options = { optimizer: "sgd", rate: 0.02, momentum: 0, schedule: "constant", epochs } as const;
    const { network: trained } = await train(wrong, data, { ...options, loss: lossOf(loss) });
    return accuracy(trained, test);
  } catch (error) {
    if ((error as { code?: string }).code === "not-finite") return NaN;
    throw error;
  }
}

async function accuracy(net: Network, test: Examples): Promise<number> {
  const { values, rows, classes } = await predict(net, test);
  let right = 0;
  for (let row = 0; row < rows; row++) {
    const z = Array.from(values.slice(row * classes, (row + 1) * classes));
    if (z.indexOf(Math.max(...z)) === test.labels[row]) right++;
  }
  return right / rows;
}

/** The first of some examples, with every label one too high where they are `shifted`. */
function first(examples: Examples, count: number, shifted = 0): Examples {
  const some = select(
    examples,
    Array.from({ length: count }, (_, row) => row),
  );
  return { ...some, labels: some.labels.map((label) => (label + shifted) % some.classes.length) };
}

/**
 * A network learns clothes by shifted labels, its last layer is multiplied by a scale, so that it is wrong and sure, and then it is trained on the true labels.
 * What it gets right in the end, by loss.
 */
export async function recoveries(scales = [1, 12], images = 4000, epochs = 5): Promise<Record<string, number>[]> {
  const { train: all, test: others } = await openExamples("fashion-mnist");
  const [data, test] = [first(all, images), first(others, 1000)];
  const start = network([dense(64), linear(10)], { input: all.shape, classes: all.classes });
  const { network: wrong } = await train(start, first(all, images, 1), { epochs });
  const rows: Record<string, number>[] = [];
  for (const scale of scales) {
    const last = wrong.parameters.length - 2;
    const sure = { ...wrong, parameters: wrong.parameters.map((p, i) => (i < last ? p : p.map((w) => w * scale))) };
    const row: Record<string, number> = { scale, before: await accuracy(sure, test) };
    for (const [name, loss] of Object.entries(losses)) row[name] = await recovered(sure, data, test, loss, epochs);
    rows.push(row);
  }
  return rows;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [images = 4000, epochs = 5] = process.argv.slice(2).map(Number);
  console.log("How much is learned from logits [gap, 0, −1] where the label is 1: the length of the gradient.\n");
  print(gradients());
  console.log(
    `\nAccuracy after ${epochs} ${epochs === 1 ? "epoch" : "epochs"} on ${images.toLocaleString("en")} pictures of clothes, from a network that was taught wrong labels (its last layer × scale):\n`,
  );
  print(await recoveries([1, 12], images, epochs));
  console.log("\nNaN: the loss or a weight was no number any more.");
}

function print(rows: Record<string, number>[]): void {
  const columns = Object.keys(rows[0]!);
  const cell = (x: number): string => {
    if (Number.isNaN(x) || x === 0 || x === Infinity) return String(x);
    return x >= 0.01 ? x.toFixed(3) : x.toExponential(1);
  };
  const line = (cells: string[]): void => console.log(cells.map((text) => text.padStart(14)).join(""));
  line(columns);
  for (const row of rows) line(columns.map((name, k) => (k === 0 ? String(row[name]) : cell(row[name]!))));
}
