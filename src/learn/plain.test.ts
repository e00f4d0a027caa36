import {
  bags,
  dense,
  type Examples,
  linear,
  conv,
  network,
  type Network,
  predict,
  type SparseExamples,
  train,
  type TrainOptions,
} from "logits/learn";
import { focal } from "logits/losses";
import { describe, expect, it } from "vitest";
import { normals, uniform } from "../core/index.js";
import { plainForward, plainGradients, rowsOf, wholeSums } from "./plain.js";
import golden from "../../test/golden/regression.json" with { type: "json" };

const names = (count: number): string[] => Array.from({ length: count }, (_, k) => `class ${k}`);
const all = ({ length }: ArrayLike<unknown>): number[] => Array.from({ length }, (_, row) => row);

const normal = (seed: number, i: number, j: number): number => normals(seed, i, j, new Float64Array(1))[0]!;

/** Clouds of points, one a class. */
function clouds(rows: number, features: number, classes: number): Examples {
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const values = Float32Array.from(
    { length: rows * features },
    (_, i) => normal(3, i, 0) + 1.5 * normal(4, i % features, labels[Math.floor(i / features)]!),
  );
  return { values, shape: [features], labels, classes: names(classes) };
}

/** Bags of words: each class has words that it likes. */
function letters(rows: number, words: number): SparseExamples {
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const rowOf = (row: number): number[] =>
    Array.from({ length: words }, (_, word) => word).filter(
      (word) => uniform(5, "noise", row, word) < (word % 2 === labels[row] ? 0.2 : 0.1),
    );
  return bags(all(labels).map(rowOf), { shape: [words], labels, classes: ["ham", "spam"] });
}

/** The same rows with their zeros. */
function spread({ starts, columns, values, ...rest }: SparseExamples): Examples {
  const width = rest.shape[0]!;
  const out = new Float32Array(rest.labels.length * width);
  for (const row of all(rest.labels))
    for (let at = starts[row]!; at < starts[row + 1]!; at++) out[row * width + columns[at]!] = values?.[at] ?? 1;
  return { ...rest, values: out };
}

const zeros = (net: Network): Network => ({ ...net, parameters: net.parameters.map((p) => p.map(() => 0)) });
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

describe("gradients in plain TypeScript", () => {
  const dated = letters(12, 7);
  it.each([
    ["softmax regression", [linear(3)], clouds(9, 5, 3)],
    ["two hidden layers", [dense(6), dense(5), linear(4)], clouds(8, 3, 4)],
    ["a bag of words", [dense(4), linear(2)], dated],
    ["words with values", [linear(2)], { ...dated, values: Float32Array.from(dated.columns, (c) => 0.5 + c) }],
  ])("are central differences: %s", (_, layers, data) => {
    const start = network(layers, { input: data.shape, seed: 2 });
    // No bias is 0: an empty bag would lie where max(0, ·) has no slope.
    const net = { ...start, parameters: start.parameters.map((p) => p.map((w, i) => w || 0.1 * normal(1, i, 0))) };
    const rows = rowsOf(data, all(data.labels));
    for (const loss of [undefined, focal]) {
      const sums = wholeSums(net, plainGradients(net, rows, data.labels, loss).slopes);
      net.parameters.forEach((array, p) => {
        for (let i = 0; i < array.length; i++) {
          const at = (change: number): { loss: number; value: number } => {
            const parameters = net.parameters.map((values) => values.slice());
            parameters[p]![i]! += change;
            return { ...plainGradients({ ...net, parameters }, rows, data.labels, loss), value: parameters[p]![i]! };
          };
          const [up, down] = [at(2 ** -12), at(-(2 ** -12))];
          expect(sums[p]![i]).toBeCloseTo((up.loss - down.loss) / (up.value - down.value), 6);
        }
      });
    }
  });

  it("leave nothing of the rows before", () => {
    const net = network([dense(3), linear(2)], { input: dated.shape });
    const labels = (rows: number[]): Int32Array => Int32Array.from(rows, (row) => dated.labels[row]!);
    const { slopes } = plainGradients(net, rowsOf(dated, [0, 1, 2]), labels([0, 1, 2]));
    plainGradients(net, rowsOf(dated, [5]), labels([5]), undefined, slopes);
    const fresh = plainGradients(net, rowsOf(dated, [5]), labels([5])).slopes;
    expect(wholeSums(net, slopes)).toEqual(wholeSums(net, fresh));
  });
});

describe("training in plain TypeScript", () => {
  it("reaches the optimum that scikit-learn finds", async () => {
    for (const { rows, features, classes, decay, values, labels, logits } of Object.values(golden)) {
      const data = {
        values: Float32Array.from(values),
        shape: [features],
        labels: Int32Array.from(labels),
        classes: names(classes),
      };
      const { network: net } = await train(zeros(network([linear(classes)], { input: [features] })), data, {
        engine: "plain",
        optimizer: "sgd",
        schedule: "constant",
        momentum: 0,
        rate: 0.5,
        decay,
        batch: rows,
        epochs: 2000,
      });
      const found = plainForward(net, rowsOf(data, all(labels))).at(-1)!;
      const expected =
        classes === 2
          ? found.filter((_, i) => i % 2 === 1).map((z, row) => z - found[2 * row]!)
          : centred(found, classes);
      expect(largest(expected, classes === 2 ? logits : centred(logits, classes))).toBeLessThan(1e-5);
    }
  });

  it.each(["sgd", "adam"] as const)("agrees with TensorFlow.js after three steps of %s", async (optimizer) => {
    const data = clouds(96, 6, 3);
    const net = network([dense(8), dense(7), linear(3)], { input: [6], seed: 3 });
    const options: TrainOptions = { optimizer, epochs: 1, batch: 32, seed: 5, decay: 0.01 };
    const [plain, tensorflow] = await Promise.all(
      (["plain", "tensorflow"] as const).map((engine) => train(net, data, { ...options, engine })),
    );
    plain!.network.parameters.forEach((values, p) => {
      expect(largest(values, tensorflow!.network.parameters[p]!)).toBeLessThan(1e-5);
    });
    expect(plain!.history[0]!.loss).toBeCloseTo(tensorflow!.history[0]!.loss, 5);
    expect(plain!.history[0]!.accuracy).toBe(tensorflow!.history[0]!.accuracy);
    const [mine, theirs] = [
      await predict(plain!.network, data, { engine: "plain" }),
      await predict(plain!.network, data, { engine: "tensorflow" }),
    ];
    expect(largest(mine.values, theirs.values)).toBeLessThan(1e-5);
    expect(mine.labels).toEqual(data.labels);
  });

  it.each([
    ["plain steps", { optimizer: "sgd", momentum: 0, batch: 1 }],
    ["steps with momentum", { optimizer: "sgd" }],
    ["steps with decay", { optimizer: "sgd", momentum: 0, decay: 0.1 }],
    ["steps of adam", { optimizer: "adam" }],
  ] as const)("learns the same bits from a bag of words as from its zeros, by %s", async (_, how) => {
    const data = letters(60, 40);
    const net = network([dense(4), linear(2)], { input: [40], seed: 4 });
    const options: TrainOptions = { ...how, epochs: 3, engine: "plain" };
    const [sparse, full] = [await train(net, data, options), await train(net, spread(data), options)];
    expect(sparse.network.parameters).toEqual(full.network.parameters);
    expect(sparse.network.parameters).not.toEqual(net.parameters);
    expect((await train(net, data, options)).network.parameters).toEqual(sparse.network.parameters);
  });

  it("takes rows in the order given when they are not to be shuffled", async () => {
    const data = letters(30, 20);
    const net = network([linear(2)], { input: [20] });
    const trained = async (seed: number, shuffle: boolean): Promise<readonly Float32Array[]> =>
      (await train(net, data, { shuffle, seed, epochs: 1, batch: 4 })).network.parameters;
    expect(await trained(1, false)).toEqual(await trained(2, false));
    expect(await trained(1, true)).not.toEqual(await trained(2, true));
    const reversed = bags(
      all(data.labels)
        .toReversed()
        .map((row) => data.columns.slice(data.starts[row], data.starts[row + 1])),
      { ...data, labels: data.labels.toReversed() },
    );
    const { network: other } = await train(net, reversed, { shuffle: false, epochs: 1, batch: 4 });
    expect(other.parameters).not.toEqual(await trained(1, false));
  });

  it("stops early, keeps the best epoch, and goes on from a state to the bit", async () => {
    const data = letters(80, 200);
    const net = network([linear(2)], { input: [200] });
    const options: TrainOptions = { validation: letters(40, 200), epochs: 6, rate: 0.05, patience: 2 };
    const states: Parameters<NonNullable<TrainOptions["onEpoch"]>>[1][] = [];
    const whole = await train(net, data, {
      ...options,
      onEpoch: (_, state) => void states.push(structuredClone(state)),
    });
    expect(whole.history[0]!.validation!.accuracy).toBeGreaterThan(0.5);
    const resumed = await train(net, data, { ...options, from: states[1]! });
    expect(resumed.network.parameters).toEqual(whole.network.parameters);
    expect(resumed.epoch).toBe(whole.epoch);
  });

  it("learns 2,400 mails of 150 words out of 262,144 ten times over without looking at the others", async () => {
    const rows = Array.from({ length: 2400 }, (_, row) => [
      ...new Set(Array.from({ length: 150 }, (_, word) => Math.floor(2 ** 18 * uniform(6, "noise", row, word) ** 3))),
    ]);
    const labels = Int32Array.from(rows, (_, row) => row % 2);
    const data = bags(rows, { shape: [2 ** 18], labels, classes: ["ham", "spam"] });
    const net = zeros(network([linear(2)], { input: data.shape, classes: data.classes }));
    const options: TrainOptions = { optimizer: "sgd", momentum: 0, rate: 0.25, batch: 1, epochs: 10, shuffle: false };
    const seconds: number[] = [];
    for (let round = 0; round < 3; round++) {
      const { user, system } = process.cpuUsage();
      await train(net, data, options);
      const after = process.cpuUsage();
      seconds.push((after.user - user + after.system - system) / 1e6);
    }
    expect(Math.min(...seconds)).toBeLessThan(1.5);
  });
});

/** Logits less the mean of their row. */
function centred(values: ArrayLike<number>, classes: number): number[] {
  return Array.from(values, (value, i) => {
    const from = i - (i % classes);
    let mean = 0;
    for (let k = from; k < from + classes; k++) mean += values[k]! / classes;
    return value - mean;
  });
}

describe("what cannot be learned plainly", () => {
  const data = letters(6, 10);
  const net = network([linear(2)], { input: [10] });
  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "a convolution",
      () => train(network([conv(2), linear(2)], { input: [4, 4, 1] }), picture, { engine: "plain" }),
      /layers must be dense or linear, got conv/,
    ],
    [
      "sparse rows on TensorFlow.js",
      () => train(net, data, { engine: "tensorflow" }),
      /engine must be plain for sparse examples/,
    ],
    [
      "another engine",
      () => predict(net, data, { engine: "abacus" as never }),
      /engine must be tensorflow or plain, got abacus/,
    ],
    [
      "a column that there is not",
      () => predict(net, { ...data, columns: data.columns.map((c, i) => (i === 0 ? 10 : c)) }),
      /a column must be 0 … 9, got 10 at example 0/,
    ],
    [
      "a column twice",
      () => predict(net, bags([[3, 3]], { ...data, labels: Int32Array.of(0) })),
      /a column must occur once an example, got 3 twice at 0/,
    ],
    ["too few starts", () => predict(net, { ...data, starts: data.starts.slice(1) }), /starts must be 7 numbers/],
    [
      "starts that end early",
      () => predict(net, { ...data, starts: data.starts.with(data.labels.length, 1) }),
      /starts must go from 0 to \d+, got 0 to 1/,
    ],
    [
      "starts that fall",
      () => predict(net, { ...data, starts: data.starts.with(2, 0) }),
      /starts must not fall, got [1-9]\d* before 0/,
    ],
    [
      "a value that is no number",
      () => predict(net, { ...data, values: new Float32Array(data.columns.length).fill(NaN) }),
      /values must be finite, got NaN at example 0/,
    ],
    ["a value too few", () => predict(net, { ...data, values: new Float32Array(1) }), /one value a column/],
    [
      "a label that is no class",
      () => predict(net, { ...data, labels: data.labels.with(2, 2) }),
      /a label must be 0 … 1, got 2 at example 2/,
    ],
    ["an id too few", () => predict(net, { ...data, ids: ["a"] }), /one id an example \(6\), got 1/],
    ["no rows", () => predict(net, bags([], { ...data, labels: new Int32Array() })), /at least one example/],
    [
      "another number of features",
      () => predict(net, { ...data, shape: [11] }),
      /an example must be 10 as the network's input, got 11/,
    ],
    [
      "one class alone",
      () => train(net, { ...data, labels: data.labels.map(() => 1) }),
      /at least 2 classes, got only spam/,
    ],
    ["momentum without end", () => train(net, data, { momentum: 1 }), /momentum must be in \[0, 1\), got 1/],
  ])("%s is refused", async (_, attempt, message) => {
    await expect(attempt()).rejects.toThrow(message);
  });
});

const picture: Examples = {
  values: new Float32Array(32),
  shape: [4, 4, 1],
  labels: Int32Array.of(0, 1),
  classes: ["a", "b"],
};
