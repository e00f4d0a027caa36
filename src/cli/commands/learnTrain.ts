import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Batch } from "../../core/index.js";
import { type Checkpoint, writeCheckpoint } from "../../learn/checkpoint.js";
import { type Data, openExamples } from "../../learn/data.js";
import { firstOnly } from "../../learn/dataSplit.js";
import type { Examples } from "../../learn/examples.js";
import { save } from "../../learn/file.js";
import type { Layer } from "../../learn/layers.js";
import { layersFor } from "../../learn/layersFor.js";
import { type Network, network } from "../../learn/network.js";
import { predict } from "../../learn/predict.js";
import { train, type Trained } from "../../learn/train.js";
import { loadProto } from "../../models/onnxGraph.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { counted } from "../counted.js";
import { fetchShown } from "../fetchProgress.js";
import { list } from "../flags.js";
import { toJson } from "../json.js";
import { checkpointIn, checkSame, files, openFolder, unfinished, withAdvice } from "../learnFolder.js";
import { progressOf } from "../learnProgress.js";
import { judge, judgedText, type Judged } from "../learnResult.js";
import { type Wish, wishOf } from "../learnWish.js";
import { version } from "../version.js";
import { writeWhole } from "../write.js";
import { writeOut } from "../writeOut.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  if (flags["data"] === undefined) throw new UsageError("logits learn train needs --data NAME, FILE or DIR");
  if (flags["output"] === undefined) throw new UsageError("logits learn train needs -o DIR");
  const folder = String(flags["output"]);
  const all = await openExamples(String(flags["data"]), {
    seed: Number(flags["seed"] ?? 0),
    ...(flags["classes"] !== undefined && { classes: list(String(flags["classes"])) }),
    ...(flags["from"] !== undefined && { from: String(flags["from"]) }),
    onFetch: fetchShown(terminal, flags["json"] === true),
  });
  const wish = wishOf(invocation, all.train);
  const data = wish.overfit === undefined ? all : firstOnly(all, wish.overfit, wish.seed);
  // What writes the model at the end must be there before hours of learning.
  await loadProto("write an ONNX graph");
  const release = await openFolder(folder);
  try {
    return await trainInto(folder, data, wish, invocation, terminal);
  } finally {
    await release();
  }
}

async function trainInto(
  folder: string,
  data: Data,
  wish: Wish,
  { flags }: Invocation,
  terminal: Terminal,
): Promise<number> {
  const checkpoint = await unfinished(folder, flags["resume"] === true);
  const notes = [...data.notes];
  if (flags["resume"] && !checkpoint) notes.push(`There is no checkpoint in ${folder}: training begins.`);
  const start = startOf(data, wish);
  if (checkpoint) checkSame(folder, checkpoint.settings, start.settings);
  if (!flags["json"]) for (const note of notes) terminal.err(`${note}\n`);

  const progress = progressOf(terminal, wish.epochs, checkpoint?.state.epoch ?? 0, flags["json"] === true);
  try {
    const learned = await learn(start, data, wish, folder, checkpoint, progress);
    const { document, judged } = await keep(folder, data, wish, learned, notes);
    await rm(checkpointIn(folder), { force: true });
    const words = textOf(folder, learned, judgedText(judged, data.test.labels.length));
    terminal.out(flags["json"] ? `${toJson(document)}\n` : words);
    return DONE;
  } catch (error) {
    throw await withAdvice(error, folder);
  }
}

/** What training begins with, and all that its bits depend on. */
interface Start {
  examples: Examples;
  net: Network;
  settings: Record<string, unknown>;
}

function startOf(data: Data, wish: Wish): Start {
  const { train: examples, validation } = data;
  const { shape, classes } = examples;
  const net = network(layersFor(shape, classes.length), { input: shape, classes, seed: wish.seed });
  const sum = sumOf([examples, validation]);
  return { examples, net, settings: { ...wish, classes, layers: net.layers, examples: sum, version } };
}

interface Learned extends Trained {
  examples: Examples;
  seconds: number;
}

/** Trains, and leaves a checkpoint after every epoch. */
async function learn(
  { examples, net, settings }: Start,
  data: Data,
  wish: Wish,
  folder: string,
  checkpoint: Checkpoint | undefined,
  progress: ReturnType<typeof progressOf>,
): Promise<Learned> {
  const { overfit, augment, ...options } = wish;
  const started = performance.now();
  const seconds = (): number => (checkpoint?.seconds ?? 0) + (performance.now() - started) / 1000;
  try {
    const trained = await train(net, examples, {
      ...options,
      ...(Object.keys(augment).length > 0 && { augment }),
      ...(overfit === undefined && { validation: data.validation }),
      ...(checkpoint && { from: checkpoint.state }),
      onStep: progress.step,
      async onEpoch(report, state) {
        await writeCheckpoint(checkpointIn(folder), { settings, seconds: seconds(), state });
        // What is said is kept.
        progress.epoch(report);
      },
    });
    return { ...trained, examples, seconds: seconds() };
  } finally {
    progress.end();
  }
}

/** What examples are, to the bit. */
function sumOf(all: Examples[]): string {
  const hash = createHash("sha256");
  for (const { values, labels } of all)
    for (const { buffer, byteOffset, byteLength } of [values, labels])
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}

/** Writes everything, the card last. */
async function keep(
  folder: string,
  data: Data,
  wish: Wish,
  learned: Learned,
  notes: string[],
): Promise<{ document: object; judged: Judged }> {
  const { network: net } = learned;
  const validation = await predict(net, data.validation);
  const test = await predict(net, data.test);
  const judged = await judge(validation, test, net.classes, wish.seed);
  const document = documentOf(folder, data, wish, learned, judged, [...notes, ...judged.calibration.warnings]);
  await writeRows(join(folder, files.validation), net, validation);
  await writeRows(join(folder, files.test), net, test);
  await writeWhole(join(folder, files.calibrator), `${toJson(judged.calibration.calibrator)}\n`);
  await save(net, join(folder, files.model));
  const { model: _, files: __, ...card } = document;
  await writeWhole(join(folder, files.card), `${toJson({ ...card, finished: new Date().toISOString() })}\n`);
  return { document, judged };
}

async function writeRows(path: string, { classes }: Network, batch: Batch): Promise<void> {
  await writeOut(path, {
    classes: [...classes],
    rows: batch.rows,
    async *batches() {
      yield batch;
    },
  });
}

function documentOf(folder: string, data: Data, wish: Wish, learned: Learned, judged: Judged, notes: string[]) {
  const { network: net, examples, history, epoch, seconds } = learned;
  const { flips, params } = judged.calibration;
  return {
    model: join(folder, files.model),
    files: Object.fromEntries(Object.entries(files).map(([what, name]) => [what, join(folder, name)])),
    data: data.name,
    examples: {
      train: examples.labels.length,
      validation: data.validation.labels.length,
      test: data.test.labels.length,
    },
    input: net.input,
    classes: net.classes,
    network: net.layers.map(layerText),
    settings: wish,
    seed: wish.seed,
    epochs: history.length,
    bestEpoch: epoch,
    seconds,
    accuracy: judged.accuracy,
    ece: judged.before.ece,
    nll: judged.before.nll,
    sure: judged.before.sure,
    calibrated: { temperature: params["temperature"], flips, ...judged.after },
    history,
    versions: { logits: version, node: process.versions.node },
    notes,
  };
}

function layerText(layer: Layer): string {
  if (layer.kind === "pool") return "pool";
  return layer.kind === "conv" ? `conv ${layer.filters}` : `${layer.kind} ${layer.units}`;
}

function textOf(folder: string, { network: net, examples, history, epoch, seconds }: Learned, judged: string): string {
  const all = history.length;
  const which = epoch === all ? "the last is kept" : `epoch ${epoch} was the best and is kept`;
  return [
    `${net.layers.map(layerText).join(", ")}, on ${counted(examples.labels.length, "example")}: ${counted(all, "epoch")} in ${seconds.toFixed(1)} s, ${which}`,
    judged,
    `Wrote ${Object.values(files).join(", ")} to ${folder}`,
    "",
  ].join("\n");
}
