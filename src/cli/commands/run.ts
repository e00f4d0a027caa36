import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Batch, LogitsError } from "../../core/index.js";
import { formatOfName } from "../../formats/writeTable.js";
import type { Classifier } from "../../models/classifier.js";
import { arrayItems, imageItems, type ItemOptions, type Items } from "../../models/classifierItems.js";
import { onnxClassifier } from "../../models/onnxClassifier.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { list } from "../flags.js";
import { toJson } from "../json.js";
import { writeOut } from "../writeOut.js";

/** Items read and scored at once. */
const STEP = 32;

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags, args } = invocation;
  const [model, inputs] = args as [string, string];
  if (flags["output"] === undefined) throw new UsageError("logits run needs -o OUT");
  const output = String(flags["output"]);
  formatOfName(output);
  const classifier = await onnxClassifier(
    model,
    flags["outputName"] === undefined ? {} : { output: String(flags["outputName"]) },
  );
  try {
    const items = await openItems(inputs, classifier, itemOptions(invocation));
    const first = await score(classifier, items, 0);
    const { classes } = first.batch;
    const positions = first.batch.rows / first.items;
    const names = classNames(flags["classes"], items, classes);
    const labels = items.labels && positions === 1 ? labelsOf(items.labels, names, classes, inputs) : undefined;
    const notes = [...classifier.notes, ...items.notes];
    if (positions > 1)
      notes.push(`Each item is ${positions} positions, one row each: ${classes} classes are scored at every one.`);
    if (names && flags["classes"] === undefined) {
      notes.push(
        `Classes are taken to be the folders in alphabetical order: ${shortList(names)}. Is the network's another? --classes says it.`,
      );
    }
    if (!flags["json"]) for (const note of notes) terminal.err(`${note}\n`);
    const written = await writeOut(output, {
      classes: names ?? Array.from({ length: classes }, (_, k) => String(k)),
      rows: items.rows * positions,
      async *batches() {
        yield withFacts(first, items, labels);
        for (let at = first.items; at < items.rows; at += STEP)
          yield withFacts(await score(classifier, items, at), items, labels);
      },
    });
    for (const note of written.notes) terminal.err(`${note}\n`);
    const document = { model, rows: written.rows, classes, output, labels: labels !== undefined, notes };
    terminal.out(
      flags["json"]
        ? `${toJson(document)}\n`
        : `Wrote the logits of ${written.rows.toLocaleString("en")} rows, ${classes} classes, to ${output}\n`,
    );
    return DONE;
  } finally {
    await classifier.close();
  }
}

/** Scores of some items; the same number of rows for each: one, or one a position. */
interface Scores {
  batch: Batch;
  from: number;
  items: number;
}

async function score(classifier: Classifier, items: Items, from: number): Promise<Scores> {
  const to = Math.min(from + STEP, items.rows);
  const { values, shape } = await items.read(from, to);
  return { batch: { kind: "logits", ...(await classifier.run(values, shape)) }, from, items: to - from };
}

/** With ids and labels; of several positions each row is one, "id:position", and has no label. */
function withFacts({ batch, from, items }: Scores, { ids }: Items, labels: Int32Array | undefined): Batch {
  const positions = batch.rows / items;
  const named = ids.slice(from, from + items);
  return {
    ...batch,
    offset: from * positions,
    ids: positions === 1 ? named : named.flatMap((id) => Array.from({ length: positions }, (_, t) => `${id}:${t}`)),
    ...(labels ? { labels: labels.slice(from, from + items) } : {}),
  };
}

/** --classes; else the folders' names where there is one for each class. */
function classNames(given: unknown, { labels }: Items, classes: number): string[] | undefined {
  if (given !== undefined) {
    const names = list(String(given));
    if (names.length === classes) return names;
    throw new UsageError(`--classes must name ${classes} classes, got ${names.length}`);
  }
  const folders = [...new Set(labels?.filter((label) => typeof label === "string"))].sort();
  return folders.length === classes && !folders.every((name) => /^\d+$/.test(name)) ? folders : undefined;
}

const shortList = (names: string[]): string =>
  names.length <= 8 ? names.join(", ") : `${names.slice(0, 4).join(", ")}, …`;

function labelsOf(
  labels: (number | string)[],
  names: string[] | undefined,
  classes: number,
  inputs: string,
): Int32Array {
  return Int32Array.from(labels, (label) => {
    const named = typeof label === "string" ? (names?.indexOf(label) ?? -1) : -1;
    const index = named >= 0 ? named : Number(label);
    if (Number.isInteger(index) && index >= 0 && index < classes) return index;
    throw new LogitsError(
      "bad-data",
      `Cannot label the items of ${inputs}: a label must be one of ${classes} classes, got ${label}`,
      {
        hint: "Name the classes in the order of the network's output: --classes cat,dog,…",
      },
    );
  });
}

async function openItems(inputs: string, classifier: Classifier, options: ItemOptions): Promise<Items> {
  const found = await stat(inputs);
  if (!found.isDirectory() && /\.(npy|npz)$/i.test(inputs)) return arrayItems(inputs, options);
  const files = found.isDirectory() ? await pictures(inputs) : [{ path: inputs, id: inputs }];
  if (files.length === 0)
    throw new LogitsError("bad-data", `Cannot run on ${inputs}: it must hold PNG or JPEG pictures, got none`);
  return imageItems(files, classifier.input, options);
}

/** Pictures of a folder and of the folders in it, in name order. */
async function pictures(folder: string): Promise<{ path: string; id: string; folder?: string }[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(png|jpe?g)$/i.test(entry.name))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const id = path.slice(join(folder, "/").length).replaceAll("\\", "/");
      return { path, id, ...(id.includes("/") ? { folder: id.split("/")[0]! } : {}) };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function itemOptions({ flags }: Invocation): ItemOptions {
  const numbers = (name: string, valid: (value: number) => boolean, range: string): number[] | undefined => {
    if (flags[name] === undefined) return undefined;
    const values = list(String(flags[name])).map(Number);
    if (values.length > 0 && values.every((value) => Number.isFinite(value) && valid(value))) return values;
    throw new UsageError(`--${name} must be ${range}, got ${flags[name]}`);
  };
  const mean = numbers("mean", () => true, "numbers, one or one a channel");
  const std = numbers("std", (value) => value > 0, "numbers above 0, one or one a channel");
  const size = /^(\d+)(?:x(\d+))?$/.exec(String(flags["size"] ?? "1"));
  if (!size) throw new UsageError(`--size must be N or WIDTHxHEIGHT, got ${flags["size"]}`);
  return {
    ...(flags["size"] === undefined ? {} : { size: [Number(size[1]), Number(size[2] ?? size[1])] as const }),
    ...(mean ? { mean } : {}),
    ...(std ? { std } : {}),
    ...(flags["layout"] === undefined ? {} : { layout: flags["layout"] as "NCHW" | "NHWC" }),
    ...(flags["key"] === undefined ? {} : { key: String(flags["key"]) }),
    ...(flags["labelsKey"] === undefined ? {} : { labelsKey: String(flags["labelsKey"]) }),
  };
}
