// Training and attacking small networks of convolutions: the same weights, pictures and order on both sides.
import { writeFileSync } from "node:fs";
import { cached, generator, npy } from "../data.mjs";
import { core, learn, losses } from "./library.mjs";

const { conv, pool, dense, linear } = learn;
/** Shaped as Fashion-MNIST and as CIFAR-10. */
const networks = {
  "28 × 28, conv 8, conv 16, dense 64": {
    input: [28, 28, 1],
    layers: () => [conv(8), pool(), conv(16), pool(), dense(64), linear(10)],
    count: 640,
  },
  "32 × 32 × 3, conv 16, conv 32, dense 128": {
    input: [32, 32, 3],
    layers: () => [conv(16), pool(), conv(32), pool(), dense(128), linear(3)],
    count: 320,
  },
};
const seed = 7;
const batch = 64;

export default async function* learning() {
  for (const [size, { input, layers, count }] of Object.entries(networks)) {
    const net = learn.network?.(layers(), { input, seed });
    if (!net) {
      yield { name: "training, one epoch", size, missing: "not built" };
      continue;
    }
    const data = pictures(count, input, net.classes);
    const order = core.shuffled(count, seed, "shuffle", 0);
    const file = (name, dtype, shape, values) =>
      cached(`learn-${input.join("x")}-${name}.npy`, (path) => writeFileSync(path, npy(dtype, shape, values)));
    const args = {
      x: file("x", "<f4", [count, ...input], data.values),
      y: file("y", "<i8", [count], BigInt64Array.from(data.labels, BigInt)),
      order: file("order", "<i8", [count], BigInt64Array.from(order, BigInt)),
      weights: file("weights", "<f4", [lengthOf(net)], Float32Array.from(net.parameters.flatMap((p) => [...p]))),
      layers: net.layers,
    };
    const epoch = asynchronous(async () => {
      const options = { epochs: 1, batch, seed, schedule: "constant" };
      return (await learn.train(net, data, options)).history[0].loss;
    });
    yield {
      name: `training, Adam, batches of ${batch}, per epoch of ${count}`,
      size,
      ours: epoch,
      peer: "PyTorch",
      job: "torch_train",
      args: { ...args, batch },
      goal: 4,
      aim: 2,
      tolerance: 0.01,
      share: 4,
    };
    const some = { ...data, values: data.values.slice(0, 100 * sizeOf(input)), labels: data.labels.slice(0, 100) };
    const attack = asynchronous(async () => {
      const { attacked } = await learn.attack(net, some, { method: "pgd", eps: 8 / 255, steps: 20, seed });
      return losses.crossEntropy(attacked, some.labels).value;
    });
    yield {
      name: "PGD, 20 steps, per 100",
      size,
      ours: attack,
      peer: "PyTorch",
      job: "torch_pgd",
      args: { ...args, count: 100, eps: 8 / 255, steps: 20 },
      goal: 4,
      aim: 2,
      // The random starts are not the same.
      tolerance: 0.02,
      share: 4,
    };
    yield { forget: true };
  }
}

const asynchronous = (run) => Object.assign(run, { asynchronous: true });
const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);
const lengthOf = ({ parameters }) => parameters.reduce((sum, { length }) => sum + length, 0);

/** Noise about a pattern of its class. */
function pictures(count, input, classes) {
  const { normal, uniform } = generator(count);
  const size = sizeOf(input);
  const patterns = classes.map(() => Float32Array.from({ length: size }, uniform));
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes.length);
  const values = Float32Array.from({ length: count * size }, (_, at) => {
    const value = 0.25 + 0.5 * patterns[labels[Math.floor(at / size)]][at % size] + 0.2 * normal();
    return Math.min(1, Math.max(0, value));
  });
  return { values, shape: input, labels, classes };
}
