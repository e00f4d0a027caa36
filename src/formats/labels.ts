import { type LabelInfo, LogitsError } from "../core/index.js";
import type { RawLabels } from "./table.js";

/** What has been seen of a table's labels. */
export interface LabelSurvey {
  text: boolean;
  /** Every label so far was a boolean, or the word true or false. */
  boolean: boolean;
  width: number;
  min: number;
  max: number;
  names: Set<string>;
  numbers: Set<number>;
}

export function initLabels(width: number): LabelSurvey {
  return { text: false, boolean: true, width, min: Infinity, max: -Infinity, names: new Set(), numbers: new Set() };
}

/** More distinct names than this are ids, not classes. */
const mostNames = 300_000;

export function addLabels(survey: LabelSurvey, labels: RawLabels): void {
  if (survey.width > 1) return;
  const { names, numbers } = survey;
  for (let i = 0; i < labels.length; i++) {
    const value = labels[i]!;
    // A missing label says nothing about how the others are written; it is refused, with its row, when it is read.
    if (value === "" || value === null) continue;
    if (survey.boolean) survey.boolean = truth(value) !== undefined;
    if (typeof value === "string") {
      if (names.size < mostNames) names.add(value);
      if (!isNumber(value)) {
        survey.text = true;
        continue;
      }
    }
    const number = Number(value);
    if (typeof value !== "boolean" && numbers.size < mostNames) numbers.add(number);
    if (number < survey.min) survey.min = number;
    if (number > survey.max) survey.max = number;
  }
}

const isNumber = (text: string): boolean => text.trim() !== "" && !Number.isNaN(Number(text));

/** The boolean that a value is or spells. */
function truth(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.trim().toLowerCase() : "";
  return word === "true" ? true : word === "false" ? false : undefined;
}

/** True when nothing that follows can change how labels are read. */
export function settled(survey: LabelSurvey, classes: number, named: boolean): boolean {
  return survey.width > 1 || (!named && !survey.text && (survey.min === 0 || survey.max === classes));
}

/** How to turn raw labels into class indices. */
export interface LabelReader {
  info: LabelInfo;
  note?: string;
  /** Class names that the labels gave, where nothing else did. */
  classes?: string[];
  read(labels: RawLabels, rows: number, offset: number): Int32Array;
}

/**
 * Labels that are all names of classes are these names, also where the names are numbers. Integers count from 0, unless no label is 0 and the
 * largest is the number of classes, or `given` says so: then from 1. True is the second of two classes. Names are looked up among the class
 * names; where there are none, the distinct names in alphabetical order are the classes, if there are as many as columns.
 */
export function labelReader(
  survey: LabelSurvey,
  from: string,
  classes: string[],
  named: boolean,
  given?: 0 | 1,
): LabelReader {
  const k = classes.length;
  if (survey.width > 1)
    return {
      info: { from, base: "one-hot" },
      read: (labels, rows, offset) => fromOneHot(labels, rows, survey.width, k, offset, from),
    };
  const { names, numbers, min, max } = survey;
  const known = new Set(classes);
  const counted = ([0, 1] as const).find((first) => classes.every((name, i) => name === String(first + i)));
  if (named && counted === undefined && given === undefined) {
    const areNames =
      names.size > 0
        ? [...names].every((name) => known.has(name))
        : numbers.size > 0 && [...numbers].every((n) => known.has(String(n)));
    if (areNames) return fromNames(survey, from, classes, true);
  }
  if (survey.boolean && k === 2 && (names.size > 0 || (min >= 0 && max <= 1)))
    return {
      info: { from, base: "boolean" },
      read: (labels, rows, offset) =>
        fromIntegers(
          Array.from({ length: rows }, (_, i) => Number(truth(labels[i]) ?? NaN)),
          rows,
          0,
          k,
          offset,
          from,
        ),
    };
  if (survey.text) return fromNames(survey, from, classes, named);
  const names1 = named && counted === 1 && min >= 1;
  const base = given ?? (names1 || (min >= 1 && max === k) ? 1 : 0);
  const reader: LabelReader = {
    info: { from, base },
    read: (labels, rows, offset) => fromIntegers(labels, rows, base, k, offset, from),
  };
  if (given !== undefined || (named && counted === 0)) return reader;
  if (names1) reader.note = `Labels are the names of the classes, which run from 1 to ${k}.`;
  else if (base === 1) reader.note = `Labels run from 1 to ${k}: read as counting from 1.`;
  else if (min >= 1 && max < k)
    reader.note = `No label is 0 and none is ${k} (${min} … ${max}): read as counting from 0; --label-base 1 reads them as counting from 1.`;
  return reader;
}

function fromIntegers(
  labels: RawLabels,
  rows: number,
  base: 0 | 1,
  classes: number,
  offset: number,
  from: string,
): Int32Array {
  const out = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const raw = labels[row];
    const missing = raw === undefined || raw === null || raw === "" || (typeof raw === "number" && Number.isNaN(raw));
    const value = Number(raw) - base;
    if (missing || !Number.isInteger(value) || value < 0 || value >= classes) {
      throw new LogitsError(
        "bad-data",
        `Cannot use the labels (${from}): each must be an integer in [${base}, ${classes - 1 + base}], got ${missing ? "none" : String(raw)} in row ${offset + row}`,
        {
          row: offset + row,
          hint: "Do labels and scores belong together? --labels-key or --labels-column names others.",
        },
      );
    }
    out[row] = value;
  }
  return out;
}

function fromNames(survey: LabelSurvey, from: string, known: string[], named: boolean): LabelReader {
  const names = [...survey.names].sort();
  const index = new Map(known.map((name, k) => [name, k]));
  const reader: LabelReader = { info: { from, base: "names" }, read: () => new Int32Array(0) };
  if (!named) {
    if (names.length !== known.length) {
      throw new LogitsError(
        "bad-data",
        `Cannot use the labels (${from}): their names must be the ${known.length} classes, got ${names.length} names (${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""})`,
        {
          hint: "--classes gives the names of the classes in column order.",
        },
      );
    }
    reader.classes = names;
    reader.note = `Class names come from the labels in alphabetical order: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}; --classes gives another order.`;
    index.clear();
    names.forEach((name, k) => index.set(name, k));
  }
  reader.read = (labels, rows, offset) => {
    const out = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const found = index.get(String(labels[row] ?? ""));
      if (found === undefined) {
        throw new LogitsError(
          "bad-data",
          `Cannot use the labels (${from}): each must be one of the classes, got ${JSON.stringify(labels[row] ?? "")} in row ${offset + row}`,
          {
            row: offset + row,
            hint: "--classes gives the names of the classes in column order.",
          },
        );
      }
      out[row] = found;
    }
    return out;
  };
  return reader;
}

function fromOneHot(
  labels: RawLabels,
  rows: number,
  width: number,
  classes: number,
  offset: number,
  from: string,
): Int32Array {
  if (width !== classes) {
    throw new LogitsError(
      "mismatch",
      `Cannot use the labels (${from}): one-hot labels must have ${classes} columns, got ${width}`,
    );
  }
  return Int32Array.from({ length: rows }, (_, row) => {
    let hot = -1;
    for (let k = 0; k < width; k++) {
      const value = Number(labels[row * width + k]);
      if (value === 0) continue;
      if (value !== 1 || hot !== -1) {
        throw new LogitsError(
          "bad-data",
          `Cannot use the labels (${from}): a one-hot row must hold a single 1, got ${value === 1 ? "two" : value} in row ${offset + row}`,
          { row: offset + row },
        );
      }
      hot = k;
    }
    if (hot === -1)
      throw new LogitsError(
        "bad-data",
        `Cannot use the labels (${from}): a one-hot row must hold a single 1, got none in row ${offset + row}`,
        { row: offset + row },
      );
    return hot;
  });
}
