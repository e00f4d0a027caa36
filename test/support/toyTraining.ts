// What the browser and Node both do, to be compared: it is given the module, because a page loads another file than Node.
import type { Network } from "logits/learn";

type Learn = typeof import("logits/learn");

export interface ToyTraining {
  net: Network;
  losses: number[];
  logits: number[];
  /** The pictures that the logits are of. */
  values: number[];
}

/** Two epochs over pictures of 8 × 6 pixels in two colours, then the logits of the first of them. */
export async function toyTraining({ conv, dense, linear, network, pool, predict, train }: Learn): Promise<ToyTraining> {
  const size = 8 * 6 * 2;
  const count = 60;
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  const values = Float32Array.from({ length: count * size }, (_, at) => {
    const noise = ((Math.imul(at + 1, 2654435761) >>> 0) % 1009) / 1009;
    const row = Math.floor((at % size) / 12);
    return 0.5 * noise + (row % 3 === labels[Math.floor(at / size)] ? 0.5 : 0);
  });
  const examples = { values, shape: [8, 6, 2], labels, classes: ["a", "b", "c"] };
  const layers = [conv(4), pool(), conv(6, { size: 5 }), dense(7), linear(3)];
  const start = network(layers, { input: examples.shape, classes: examples.classes, seed: 4 });
  const { network: net, history } = await train(start, examples, { epochs: 2, batch: 16, seed: 2, rate: 0.01 });
  const some = { ...examples, values: values.slice(0, 20 * size), labels: labels.slice(0, 20) };
  const batch = await predict(net, some);
  return { net, losses: history.map(({ loss }) => loss), logits: [...batch.values], values: [...some.values] };
}
