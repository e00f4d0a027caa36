import { LogitsError } from "../core/index.js";
import type { Arrays } from "./arrayTable.js";
import { type NdArray, shapeText } from "./ndarray.js";
import { isFloat } from "./numbers.js";
import type { ReadOptions } from "./table.js";

const labelNames = ["labels", "label", "y", "targets", "target"];
const idNames = ["ids", "id"];
const classNames = ["classes", "class_names"];

/**
 * Which of the named arrays of a file (npz, safetensors, pt) are the scores, the labels, the ids and the slices.
 * Scores: `logitsKey`, else `logits`, else `probs`, else the only 2-D float array. Labels: `labelsKey`, else the one with a label's name.
 */
export function chooseArrays(
  file: string,
  arrays: NdArray[],
  options: ReadOptions,
): Arrays & { scoresFrom: string; classes?: NdArray; notes: string[] } {
  const byName = new Map(arrays.map((array) => [array.name, array]));
  const list = arrays.map(({ name, shape }) => `${name} (${shapeText(shape)})`).join(", ") || "nothing";
  const named = (key: string, what: string): NdArray =>
    byName.get(key) ??
    refuse(
      "bad-argument",
      `Cannot read ${file}: the key of the ${what} must be one of its arrays, ${list}, got ${key}`,
    );
  const labels = options.labelsKey === undefined ? onlyLabels(file, byName) : named(options.labelsKey, "labels");
  const scores =
    options.logitsKey === undefined
      ? (byName.get("logits") ?? byName.get("probs") ?? onlyScores(file, arrays, labels, list))
      : named(options.logitsKey, "scores");
  if (scores.type === "text") {
    refuse(
      "bad-data",
      `Cannot read ${file}: the scores (${scores.name}) must be numbers, got text (${scores.dtype})`,
      "--logits-key names another array.",
    );
  }
  const chosen: ReturnType<typeof chooseArrays> = { scores, scoresFrom: scores.name, texts: [], notes: [] };
  if (labels && labels !== scores) chosen.labels = labels;
  const ids =
    options.idColumn === undefined
      ? idNames.map((name) => byName.get(name)).find(Boolean)
      : named(options.idColumn, "ids");
  if (ids) chosen.ids = ids;
  const rowCount =
    scores.shape[options.axes && scores.shape.length === 3 ? Math.max(0, options.axes.indexOf("rows")) : 0];
  const classes = classNames
    .map((name) => byName.get(name))
    .find((array) => array?.type === "text" && array.shape.length === 1);
  if (classes) chosen.classes = classes;
  const asked = (options.sliceColumns ?? []).map((name) => named(name, "slices"));
  const texts = arrays.filter(({ type, shape }) => type === "text" && shape.length === 1 && shape[0] === rowCount);
  chosen.texts = [...new Set([...asked, ...texts])].filter(
    (array) => array !== chosen.ids && array !== chosen.labels && array !== classes,
  );
  const taken: (NdArray | undefined)[] = [scores, labels, ids, classes, ...chosen.texts];
  const beside = options.beside ?? [];
  const left = arrays.filter((array) => !taken.includes(array) && !beside.includes(array.name)).map(({ name }) => name);
  if (left.length > 0) chosen.notes.push(`Arrays not read: ${left.join(", ")}.`);
  return chosen;
}

function onlyLabels(file: string, byName: Map<string, NdArray>): NdArray | undefined {
  const found = labelNames.filter((name) => byName.has(name));
  if (found.length > 1) {
    refuse(
      "ambiguous",
      `Cannot read ${file}: one array must be the labels, got ${found.map((name) => `${name} (${shapeText(byName.get(name)!.shape)})`).join(", ")}`,
      "--labels-key names the one to use.",
    );
  }
  return byName.get(found[0] ?? "");
}

function onlyScores(file: string, arrays: NdArray[], labels: NdArray | undefined, list: string): NdArray {
  const others = arrays.filter((array) => array !== labels);
  if (others.length === 1) return others[0]!;
  const floats = others.filter(({ type }) => type !== "text" && isFloat(type));
  for (const axes of [2, 3, 1]) {
    const found = floats.filter(({ shape }) => shape.length === axes);
    if (found.length === 1) return found[0]!;
    if (found.length > 1) {
      return refuse(
        "ambiguous",
        `Cannot read ${file}: one array must be the scores, got ${list}`,
        "--logits-key names the one to use.",
      );
    }
  }
  return refuse(
    "bad-data",
    `Cannot read ${file}: one array must be the scores (floats, rows × classes), got ${list}`,
    "--logits-key names an array of another type.",
  );
}

function refuse(code: "ambiguous" | "bad-data" | "bad-argument", message: string, hint?: string): never {
  throw new LogitsError(code, message, hint === undefined ? {} : { hint });
}
