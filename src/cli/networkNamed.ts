import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LogitsError } from "../core/index.js";
import { type Data, openExamples } from "../learn/data.js";
import { load, type Network } from "../learn/index.js";
import { readJson } from "../models/readFile.js";
import type { Invocation, Terminal } from "./command.js";
import { fetchShown } from "./fetchProgress.js";
import { list } from "./flags.js";

/** A network that `logits learn train` wrote, and what is known of it. */
export interface NamedNetwork {
  net: Network;
  path: string;
  /** Of the card beside it, where it has one. */
  temperature?: number;
  /** Of the run that trained it, where a card says it: what was set aside for tests depends on it. */
  seed?: number;
  /** The calibrator's file beside it, where there is one. */
  calibrator?: string;
}

/** What is read of a card, whoever wrote it. */
interface Card {
  temperature?: unknown;
  calibrated?: { temperature?: unknown };
  seed?: unknown;
}

/** The network of a folder that `logits learn train` wrote, or of its model.onnx. */
export async function networkNamed(model: string): Promise<NamedNetwork> {
  const kind = (path: string): Promise<"file" | "folder" | undefined> =>
    stat(path).then(
      (there) => (there.isDirectory() ? "folder" : "file"),
      () => undefined,
    );
  const path = (await kind(model)) === "folder" ? join(model, "model.onnx") : model;
  const net = await load(path);
  const beside = (name: string): string => join(dirname(path), name);
  const { calibrated, seed, ...card } = ((await readJson(beside("card.json"))) ?? {}) as Card;
  const temperature = calibrated?.temperature ?? card.temperature;
  return {
    net,
    path,
    ...(isSeed(seed) && { seed }),
    ...(typeof temperature === "number" && temperature > 0 && temperature < Infinity && { temperature }),
    ...((await kind(beside("calibrator.json"))) === "file" && { calibrator: beside("calibrator.json") }),
  };
}

const isSeed = (seed: unknown): seed is number => Number.isInteger(seed) && Number(seed) >= 0 && Number(seed) < 2 ** 32;

/**
 * The data that flags name, divided as they were when the network was trained: no test example is one that it learned from. Where no card says how that was,
 * they are divided by --seed, and a note says what that may mean.
 */
export async function dataFor(
  { seed: carded, net, path }: NamedNetwork,
  { flags }: Invocation,
  terminal: Terminal,
): Promise<{ data: Data; notes: string[] }> {
  const isJson = flags["json"] === true;
  const seed = carded ?? Number(flags["seed"] ?? 0);
  const data = await openExamples(String(flags["data"]), {
    seed,
    ...(flags["classes"] !== undefined && { classes: list(String(flags["classes"])) }),
    ...(flags["from"] !== undefined && { from: String(flags["from"]) }),
    onFetch: fetchShown(terminal, isJson),
  });
  const { classes, shape } = data.train;
  const refuse = (what: string, hint?: string): never => {
    const message = `Cannot use ${flags["data"]} for ${path}: ${what}`;
    throw new LogitsError("mismatch", message, hint === undefined ? {} : { hint });
  };
  const same =
    classes.length === net.classes.length && classes.every((name, k) => [net.classes[k], String(k)].includes(name));
  if (!same)
    refuse(
      `its classes must be ${net.classes.join(", ")}, got ${classes.join(", ")}`,
      // As the network was trained: some of them, or in another order.
      flags["classes"] === undefined && net.classes.every((name) => classes.includes(name))
        ? `--classes ${net.classes.join(",")}`
        : undefined,
    );
  if (shape.join() !== net.input.join())
    refuse(`its examples must be ${net.input.join(" × ")}, got ${shape.join(" × ")}`);
  const notes: string[] = [];
  if (carded === undefined && data.drawn.includes("test"))
    notes.push(
      `No card.json beside ${path} says which examples it learned from: the test part is drawn by seed ${seed} (--seed), so it may have seen some of them.`,
    );
  if (!isJson) for (const note of notes) terminal.err(`${note}\n`);
  return { data, notes };
}
