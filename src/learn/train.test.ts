import { beforeAll, describe, expect, it } from "vitest";
import { LogitsError, uniform } from "../core/index.js";
import { crossEntropy, focal, hinge } from "../losses/index.js";
import type { Examples } from "./examples.js";
import { conv, dense, linear, pool } from "./layers.js";
import { type Network, network } from "./network.js";
import { predict } from "./predict.js";
import { type Tf, tensorflow } from "./tensorflow.js";
import { train } from "./train.js";
import type { EpochReport, LossOfLogits, TrainOptions, TrainState } from "./trainOptions.js";

const classes = ["above", "middle", "below"];

/** Pictures of noise, 6 × 6, with a bright bar in one of three places. */
function bars(count: number, seed: number): Examples {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  const values = Uint8Array.from({ length: count * 36 }, (_, at) => {
    const row = Math.floor((at % 36) / 6);
    const bright = Math.floor(row / 2) === labels[Math.floor(at / 36)]!;
    return Math.floor(100 * uniform(seed, "verify", at)) + (bright ? 150 : 0);
  });
  return { values, shape: [6, 6, 1], labels, classes };
}

const data = bars(90, 1);
const small = (seed = 3): Network =>
  network([conv(4), pool(), dense(8), linear(3)], { input: [6, 6, 1], seed, classes });
const weights = (net: Pick<Network, "parameters">): number[] => net.parameters.flatMap((array) => [...array]);

async function refusal(options: TrainOptions, examples: Examples = data, net = small()): Promise<LogitsError> {
  try {
    await train(net, examples, { epochs: 2, ...options });
  } catch (error) {
    if (LogitsError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

let tf: Tf;
beforeAll(async () => {
  tf = await tensorflow();
});

describe("training", () => {
  const options: TrainOptions = { epochs: 4, batch: 16, seed: 5, rate: 0.01 };

  it("lowers the loss, and learns what can be learned", async () => {
    const { network: net, history, epoch } = await train(small(), data, { ...options, epochs: 12 });
    expect(epoch).toBe(12);
    expect(history.map((report) => report.epoch)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(history.at(-1)!.loss).toBeLessThan(0.2 * history[0]!.loss);
    const fresh = bars(60, 2);
    const { values } = await predict(net, fresh);
    const right = fresh.labels.filter((label, row) => {
      const scores = [...values.subarray(3 * row, 3 * row + 3)];
      return scores.indexOf(Math.max(...scores)) === label;
    });
    expect(right.length).toBeGreaterThanOrEqual(57);
  });

  it.each([
    ["adam", {}],
    ["sgd", { optimizer: "sgd" }],
    ["changed pictures", { augment: { flip: true, shift: 1 } }],
  ] as const)("gives the same bits for the same seed and others for another (%s)", async (_, more) => {
    const [one, same, other] = [5, 5, 6].map(async (seed) => train(small(), data, { ...options, ...more, seed }));
    expect(weights((await same!).network)).toEqual(weights((await one!).network));
    expect(weights((await other!).network)).not.toEqual(weights((await one!).network));
  });

  it("draws another order in each epoch, and none of the next seed's", async () => {
    const orders: string[] = [];
    for (const seed of [1, 2]) {
      let order = "";
      const loss: LossOfLogits = (input, labels) => {
        order += labels.join("");
        return crossEntropy(input, labels);
      };
      await train(small(), data, {
        ...options,
        epochs: 3,
        seed,
        loss,
        onEpoch: () => void orders.push(order.slice(-90)),
      });
    }
    expect(new Set(orders).size).toBe(6);
  });

  it.each([
    ["adam", {}],
    ["sgd and decay", { optimizer: "sgd", decay: 0.01 }],
    ["validation and changed pictures", { validation: bars(30, 3), augment: { shift: 1 } }],
  ] as const)("goes on from any epoch as if there had been no break (%s)", async (_, more) => {
    const states: TrainState[] = [];
    const whole = { ...options, ...more, onEpoch: (__: EpochReport, state: TrainState) => void states.push(state) };
    const uninterrupted = await train(small(), data, whole);
    for (const from of states.slice(0, 3)) {
      const before = JSON.stringify(from);
      const resumed = await train(small(9), data, { ...options, ...more, from });
      expect(weights(resumed.network)).toEqual(weights(uninterrupted.network));
      expect(resumed.epoch).toBe(uninterrupted.epoch);
      expect(JSON.stringify(from)).toBe(before);
    }
  });

  it("changes neither the network that it is given nor the examples", async () => {
    const [net, before] = [small(), small()];
    const examples = bars(30, 4);
    await train(net, examples, { ...options, epochs: 1, augment: { flip: true, shift: 2 } });
    expect(net).toEqual(before);
    expect(examples).toEqual(bars(30, 4));
  });

  it("waits for what is called after an epoch", async () => {
    const seen: string[] = [];
    await train(small(), data, {
      ...options,
      epochs: 2,
      async onEpoch({ epoch }) {
        seen.push(`${epoch} begins`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push(`${epoch} ends`);
      },
    });
    expect(seen).toEqual(["1 begins", "1 ends", "2 begins", "2 ends"]);
  });

  it("keeps the best epoch, and stops when its patience is at an end", async () => {
    // Labels by lot: what is learned of the one set is wrong of the other.
    const lots = (seed: number): Examples => ({
      ...bars(45, seed),
      labels: Int32Array.from({ length: 45 }, (_, i) => Math.floor(3 * uniform(seed, "verify", i, 1))),
    });
    const states: TrainState[] = [];
    const {
      network: net,
      epoch,
      history,
    } = await train(small(), lots(1), {
      ...options,
      rate: 0.05,
      epochs: 40,
      patience: 3,
      validation: lots(2),
      onEpoch: (_, state) => void states.push(state),
    });
    const losses = history.map((report) => report.validation!.loss);
    expect(epoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(history.length).toBe(epoch + 3);
    expect(history.length).toBeLessThan(40);
    expect(weights(net)).toEqual(states[epoch - 1]!.parameters.flatMap((array) => [...array]));
    const again = await train(small(), lots(1), { ...options, epochs: 40, patience: 3, from: states.at(-1)! });
    expect(again.epoch).toBe(epoch);
    expect(again.history.length).toBe(history.length);
  });

  it("reports the loss and accuracy of the validation examples", async () => {
    const validation = bars(31, 8);
    const { network: net, history } = await train(small(), data, { ...options, epochs: 1, validation });
    const { values } = await predict(net, validation);
    const { value } = crossEntropy({ values: values as Float32Array, rows: 31, classes: 3 }, validation.labels);
    expect(history[0]!.validation!.loss).toBe(value);
  });

  it.each([
    ["focal", (input, labels) => focal(input, labels, { gamma: 2 })],
    ["label smoothing", (input, labels) => crossEntropy(input, labels, { labelSmoothing: 0.1 })],
    ["hinge", hinge],
  ] as [string, LossOfLogits][])("learns from %s as well, and from another gradient", async (_, loss) => {
    const { network: net, history } = await train(small(), data, { ...options, epochs: 12, loss });
    expect(history.at(-1)!.accuracy).toBeGreaterThan(0.9);
    expect(weights(net)).not.toEqual(weights((await train(small(), data, { ...options, epochs: 12 })).network));
  });

  it("leaves no tensors behind, whatever happens, and needs no more memory the longer it goes on", async () => {
    const { numTensors, numBytes } = tf.memory();
    const heap = (): number => (tf.backend() as unknown as { wasm: { HEAP8: Int8Array } }).wasm.HEAP8.length;
    const seen: object[] = [];
    const onEpoch = (): void => {
      const { numTensors, numBytes } = tf.memory();
      seen.push({ numTensors, numBytes, heap: heap() });
    };
    await train(small(), data, { ...options, epochs: 12, validation: bars(30, 3), onEpoch });
    const fails: LossOfLogits = () => {
      throw new Error("no loss");
    };
    await expect(train(small(), data, { ...options, loss: fails })).rejects.toThrow("no loss");
    onEpoch();
    expect(seen).toEqual(Array.from({ length: 13 }, () => ({ numTensors, numBytes, heap: heap() })));
  });
});

describe("training refuses", () => {
  it("a loss that explodes, and says in which epoch", async () => {
    const error = await refusal({ optimizer: "sgd", rate: 1e30 });
    expect(error).toMatchObject({ code: "not-finite", hint: "A lower learning rate may help." });
    expect(error.message).toBe("Cannot train: loss and weights must stay finite, got others in epoch 1");
  });

  it("weights that are no numbers any more after the last step", async () => {
    const once: LossOfLogits = (input, labels) => ({ ...crossEntropy(input, labels), value: 1 });
    const error = await refusal({ optimizer: "sgd", rate: 1e300, batch: 90, epochs: 1, loss: once });
    expect(error).toMatchObject({ code: "not-finite" });
  });

  it.each([
    [{ epochs: 0 }, "epochs must be an integer ≥ 1, got 0"],
    [{ batch: 1.5 }, "batch must be an integer ≥ 1, got 1.5"],
    [{ patience: -1 }, "patience must be an integer ≥ 1, got -1"],
    [{ rate: 0 }, "rate must be > 0, got 0"],
    [{ rate: NaN }, "rate must be > 0, got NaN"],
    [{ decay: -1 }, "decay must be ≥ 0, got -1"],
    [{ seed: -1 }, "seed must be an integer 0 … 4294967295, got -1"],
    [{ augment: { shift: 0.5 } }, "shift must be an integer ≥ 0, got 0.5"],
    [{ optimizer: "lion" as never }, "optimizer must be adam or sgd, got lion"],
    [{ schedule: "linear" as never }, "schedule must be cosine or constant, got linear"],
  ] as [TrainOptions, string][])("%j", async (options, what) => {
    expect(await refusal(options)).toMatchObject({ code: "bad-argument", message: `Cannot train: ${what}` });
  });

  it("examples that are not the network's", async () => {
    expect(await refusal({}, { ...data, classes: ["above", "middle", "below", "aside"] })).toMatchObject({
      code: "mismatch",
      message: "Cannot train: there must be 3 classes, as the network has, got 4",
    });
    expect(await refusal({}, { ...data, labels: data.labels.map(() => 1) })).toMatchObject({
      code: "bad-data",
      message: "Cannot train: there must be examples of at least 2 classes, got only middle",
    });
    const lines = { ...data, shape: [36] };
    expect(await refusal({}, lines)).toMatchObject({ code: "mismatch" });
    const dull = network([linear(3)], { input: [36], classes });
    expect(await refusal({ augment: { flip: true } }, lines, dull)).toMatchObject({
      code: "bad-argument",
      message: "Cannot train: only pictures can be changed (augment), got examples of 36",
    });
  });

  it("a state of another network or optimiser", async () => {
    const states: TrainState[] = [];
    await train(small(), data, { epochs: 1, onEpoch: (_, state) => void states.push(state) });
    const [from] = states as [TrainState];
    expect(await refusal({ from, optimizer: "sgd" })).toMatchObject({ code: "mismatch" });
    const other = network([conv(2), linear(3)], { input: [6, 6, 1], classes });
    const error = await refusal({ from }, data, other);
    expect(error.message).toBe(
      "Cannot train: the state to go on from must be of this network, with arrays of 18, 2, 216, 3 numbers, got 36, 4, 288, 8, 24, 3",
    );
  });
});
