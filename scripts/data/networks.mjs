// Small networks, their logits, and what is left of them under attack: made with the built package.
//
// Clothes: one network that has seen 20,000 pictures, and one that knows 1,000 by heart. Animals: cats, dogs and birds of CIFAR-10, whose pictures nobody may pass on,
// so that only weights and logits are kept.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import {
  assess,
  network,
  openExamples,
  predict,
  replicate,
  select,
  toOnnx,
  train,
  conv,
  dense,
  linear,
  pool,
} from "../../dist/learn/index.js";
import { root } from "../install.mjs";
import { greyPng } from "./png.mjs";

const seed = 1;
/** Pictures that are attacked, others from which a detector may learn, and draws of noise for each. */
const attackedRows = 300;
const benignRows = 500;
const replicates = 16;
/** Pictures on the sheet, and in a line of it. */
const [onSheet, inLine] = [1000, 40];

const layersOf = (width, classes) => [conv(width), pool(), conv(2 * width), pool(), dense(8 * width), linear(classes)];
const firstOf = (examples, count) =>
  select(
    examples,
    Array.from({ length: count }, (_, row) => row),
  );

/** Files of clothes, from the pictures that `fashion` draws. */
export async function clothes({ pictures, more }) {
  const classes = pictures.classes;
  const part = (name) => {
    const both = [pictures, more].filter((one) => one[`${name}_images`]);
    const labels = Int32Array.from(both.flatMap((one) => Array.from(one[`${name}_labels`])));
    const values = Buffer.concat(both.map((one) => one[`${name}_images`].values));
    const ids = Array.from(labels, (_, row) => `${name}/${row}`);
    return { values: new Uint8Array(values), shape: [28, 28, 1], labels, classes, ids };
  };
  const [learned, validation, test] = [part("train"), part("val"), part("test")];
  const start = network(layersOf(8, classes.length), { input: learned.shape, classes, seed });
  const { network: fed } = await train(start, learned, { epochs: 8, seed, validation, onEpoch: say("clothes") });
  const few = firstOf(learned, 1000);
  const { network: overfed } = await train(start, few, {
    epochs: 60,
    schedule: "constant",
    seed,
    onEpoch: say("clothes, overfitted"),
  });
  return {
    ...(await filesOf("fashion", fed, { validation, test })),
    ...(await filesOf("fashion-overfit", overfed, { validation, test })),
    ...(await attacksOn("fashion", fed, firstOf(test, attackedRows), validation, 25 / 255)),
    "fashion.png": greyPng(test.values.subarray(0, onSheet * 784), { side: 28, count: onSheet, inLine }),
  };
}

/** Files of animals, where there are pictures: in `given`, or beside the checkout. */
export async function animals(given) {
  const path = [given, resolve(root, "../shared/data/cifar10-animals.npz")].find((one) => one && existsSync(one));
  if (!path) return undefined;
  const { train: learned, validation, test } = await openExamples(path, { classes: ["cat", "dog", "bird"] });
  const start = network(layersOf(16, 3), { input: learned.shape, classes: learned.classes, seed });
  const augment = { flip: true, shift: 2 };
  const { network: net } = await train(start, learned, {
    epochs: 14,
    seed,
    augment,
    validation,
    onEpoch: say("animals"),
  });
  return {
    ...(await filesOf("animals", net, { validation, test })),
    ...(await attacksOn("animals", net, firstOf(test, attackedRows), validation, 8 / 255)),
  };
}

const say =
  (what) =>
  ({ epoch, loss, accuracy, validation }) => {
    const held = validation ? `, on others ${validation.accuracy.toFixed(4)}` : "";
    process.stderr.write(`${what}, epoch ${epoch}: loss ${loss.toFixed(4)}, right ${accuracy.toFixed(4)}${held}\n`);
  };

/** Weights, and logits of pictures that were not learned from. */
async function filesOf(name, net, { validation, test }) {
  return {
    [`${name}.onnx`]: Buffer.from(await toOnnx(net)),
    [`${name}.val.npz`]: rowsOf(await predict(net, validation), net.classes),
    [`${name}.test.npz`]: rowsOf(await predict(net, test), net.classes),
  };
}

const rowsOf = ({ values, classes, labels, ids }, names) => ({
  logits: { values: Float32Array.from(values), columns: classes },
  labels,
  ...(ids && { ids }),
  classes: [...names],
});

/** Logits at rest and under noise: of pictures to learn from, of those that are attacked, and after each attack. */
async function attacksOn(name, net, examples, known, eps) {
  const methods = ["fgsm", "pgd", "cw", "mimicry"];
  const benign = firstOf(known, benignRows);
  const { attacks, clean, cleanReplicates } = await assess(net, examples, benign, { methods, eps, replicates, seed });
  const noisy = ({ values, rows, classes }) => ({ values, shape: [rows, replicates, classes] });
  const files = {
    [`${name}.benign.npz`]: {
      ...rowsOf(await predict(net, benign), net.classes),
      replicates: noisy(await replicate(net, benign, { replicates, seed })),
    },
    [`${name}.clean.npz`]: { ...rowsOf(clean, net.classes), replicates: noisy(cleanReplicates) },
  };
  for (const {
    assessment,
    attacked: { attacked, success },
    replicates: drawn,
  } of attacks) {
    const { method, accuracy, evidence } = assessment;
    process.stderr.write(
      `${name}, ${method}: right ${accuracy.before.toFixed(3)} → ${accuracy.after.toFixed(3)}; AUROC of the margin ${evidence.margin.auroc.value.toFixed(3)}, under noise ${evidence.noise.auroc.value.toFixed(3)}\n`,
    );
    files[`${name}.attack-${method}.npz`] = {
      ...rowsOf(attacked, net.classes),
      success: Int32Array.from(success),
      replicates: noisy(drawn),
    };
  }
  return files;
}
