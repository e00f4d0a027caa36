// Where scores come from: the made-up network's connections and a model that is trained here, or two files of your own.
import { collect, read } from "logits";
import { dense, linear, network, predict, train } from "logits/learn";
import { classes, connections, features } from "./connections.mjs";

/**
 * A small model learns 400 connections, so well that it is surer than it is right, and scores others.
 *
 * @returns logits with their truth: the stream as the model knows it, and as it is later
 */
export async function trained({ home = 12_000, later = 1500, seed = 1 } = {}) {
  const lessons = connections(400, { seed });
  const start = network([dense(32), linear(classes.length)], { input: lessons.shape, classes, seed });
  const { network: net } = await train(start, lessons, { epochs: 200, rate: 0.01, seed, engine: "plain" });
  const score = async (records) => ({ classes, batch: await predict(net, records, { engine: "plain" }) });
  return {
    what: `${features.length} numbers a connection, ${lessons.labels.length} connections learned, in plain TypeScript`,
    home: await score(connections(home, { seed: seed + 1 })),
    later: await score(connections(later, { seed: seed + 2, later: true })),
  };
}

/**
 * Logits of your own, such as those of an intrusion detector on NSL-KDD: files with labels, whose first class is the honest one.
 *
 * @param paths of the stream as it is at home, of the stream later, and perhaps of attacks that are one row in ten of the latter
 */
export async function ofFiles([home, later, attacks], { classes: names, most = 2000 } = {}) {
  const table = async (path) => {
    const source = await read(path, names ? { classes: names } : {});
    return { classes: source.classes, batch: await collect(source) };
  };
  const known = await table(home);
  const changed = first(await table(later), most);
  return {
    what: `${home}, then ${later}${attacks ? `, one row in ten of ${attacks}` : ""}`,
    home: known,
    later: attacks ? everyTenth(changed, await table(attacks)) : changed,
  };
}

const first = (table, most) => take(table, shuffledRows(table.batch.rows, 3).slice(0, most));

/** Every tenth row is replaced by one of another table, as long as there are some. */
function everyTenth(table, { batch }) {
  const order = shuffledRows(batch.rows, 4);
  const { values, labels, classes: width } = table.batch;
  for (let row = 9, i = 0; row < table.batch.rows && i < order.length; row += 10, i++) {
    values.set(batch.values.subarray(order[i] * width, (order[i] + 1) * width), row * width);
    // Of which kind an attack is does not matter here; that it is none of the honest ones does.
    labels[row] = batch.labels?.[order[i]] ?? 1;
  }
  return table;
}

/** A table of scores with the names of its classes: what `threshold` and `calibrate` read. */
export function sourceOf({ batch, classes: names }) {
  return {
    capture: { kind: "logits", stage: "raw", coverage: "full" },
    classes: [...names],
    rows: batch.rows,
    notes: [],
    async *batches() {
      yield batch;
    },
  };
}

/** Some rows of a table, in this order. */
export function take({ batch, classes: names }, rows) {
  const values = new Float32Array(rows.length * batch.classes);
  rows.forEach((row, i) =>
    values.set(batch.values.subarray(row * batch.classes, (row + 1) * batch.classes), i * batch.classes),
  );
  const labels = Int32Array.from(rows, (row) => batch.labels[row]);
  return { classes: names, batch: { kind: "logits", values, labels, rows: rows.length, classes: batch.classes } };
}

/** Rows 0 … count − 1 in an order drawn by a seed (Fisher–Yates over a linear congruential generator). */
export function shuffledRows(count, seed) {
  const order = Array.from({ length: count }, (_, row) => row);
  let state = seed >>> 0;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
