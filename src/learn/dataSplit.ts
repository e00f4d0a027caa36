import { LogitsError, shuffled } from "../core/index.js";
import { checkExamples, type Examples, gather, select } from "./examples.js";

/** What there is to learn from, to fit a temperature to and to test on. */
export interface Data {
  /** As it was asked for. */
  name: string;
  train: Examples;
  validation: Examples;
  test: Examples;
  /** What was decided on the way, for whoever reads the results. */
  notes: string[];
}

/** What a source itself divides; what is missing is taken from `train`. */
export type Given = Omit<Data, "validation" | "test"> & Partial<Pick<Data, "validation" | "test">>;

/** One in so many examples of each class becomes validation, or test. */
const SHARE = 10;

/** Takes from the training examples what the source did not set aside, by the seed and class by class, and refuses what cannot be learned from. */
export function divide({ name, train, validation, test, notes }: Given, seed: number): Data {
  const action = `use ${name}`;
  for (const examples of [train, validation, test]) if (examples) checkExamples(action, examples);
  for (const examples of [validation, test]) if (examples) checkShape(name, train.shape, examples);
  const missing = [validation ? [] : ["validation"], test ? [] : ["test"]].flat();
  const parts = apart(train, missing.length, seed);
  if (missing.length > 0)
    notes = [
      ...notes,
      `${missing.join(" and ")}: ${missing.length > 1 ? "each " : ""}a tenth of ${name}'s ${count(train)} training examples, drawn by the seed (${seed}).`,
    ];
  const rest = select(train, parts[0]!);
  const taken = missing.map((_, i) => select(train, parts[i + 1]!));
  const data: Data = {
    name,
    train: rest,
    validation: validation ?? taken.shift()!,
    test: test ?? taken.shift()!,
    notes,
  };
  for (const part of ["validation", "test"] as const)
    if (data[part].labels.length === 0)
      throw new LogitsError(
        "bad-data",
        `Cannot ${action}: there must be at least ${missing.length + 1} examples of a class to set some aside for ${part}, got ${count(train)} examples in all`,
      );
  checkClasses(data);
  return data;
}

/**
 * The first examples to learn by heart; what they leave over joins those that are not learned from, so that a temperature is fitted on many. Refuses first
 * ones that are all of one class, and says which classes they lack: many sources lie class after class.
 */
export function firstOnly(data: Data, first: number): Data {
  const { name, train, validation } = data;
  const rows = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
  const rest = train.labels.length - first;
  if (rest === 0) return data;
  const learned = select(train, rows(0, first));
  const seen = new Set(learned.labels);
  if (seen.size < 2)
    throw new LogitsError(
      "bad-data",
      `Cannot use ${name}: its first ${count(learned)} training examples must be of at least 2 classes, got only ${train.classes[learned.labels[0]!]}`,
      { hint: "It lies class after class: take more of them, or bring them into another order first." },
    );
  const lacking = train.classes.filter((_, k) => !seen.has(k) && train.labels.includes(k));
  const found = [`Of the training examples ${rest.toLocaleString("en")} are not learned from, and join validation.`];
  if (lacking.length > 0) found.push(`No example that is learned from shows ${lacking.join(", ")}.`);
  return {
    ...data,
    train: learned,
    validation: joined(validation, select(train, rows(first, train.labels.length))),
    notes: [...data.notes, ...found],
  };
}

function joined(one: Examples, other: Examples): Examples {
  const [n, more] = [one.labels.length, other.labels.length];
  const labels = new Int32Array(n + more);
  labels.set(one.labels);
  labels.set(other.labels, n);
  const ids = one.ids && other.ids && [...one.ids, ...other.ids];
  const { values, ...rest } = one;
  const length = values.length + other.values.length;
  if (values instanceof Uint8Array && other.values instanceof Uint8Array) {
    const bytes = new Uint8Array(length);
    bytes.set(values);
    bytes.set(other.values, values.length);
    return { ...rest, values: bytes, labels, ...(ids && { ids }) };
  }
  // As numbers where one of them is: bytes stand for shares of 255.
  const numbers = new Float32Array(length);
  for (const [examples, at] of [
    [one, 0],
    [other, values.length],
  ] as const)
    numbers.set(
      gather(
        examples,
        Array.from(examples.labels, (_, row) => row),
      ),
      at,
    );
  return { ...rest, values: numbers, labels, ...(ids && { ids }) };
}

const count = ({ labels }: Examples): string => labels.length.toLocaleString("en");

/** Rows of training, then of so many parts that are set aside; each in the order of the source. */
function apart({ labels, classes }: Examples, parts: number, seed: number): number[][] {
  const out: number[][] = Array.from({ length: parts + 1 }, () => []);
  const order = shuffled(labels.length, seed, "folds");
  const byClass = classes.map((_, k) => Array.from(order).filter((row) => labels[row] === k));
  for (const rows of byClass) {
    // A class of few examples still gives one to each part, and keeps most.
    const share = rows.length > parts ? Math.max(1, Math.round(rows.length / SHARE)) : 0;
    for (let part = 0; part < parts; part++) out[part + 1]!.push(...rows.slice(part * share, (part + 1) * share));
    out[0]!.push(...rows.slice(parts * share));
  }
  return out.map((rows) => rows.sort((a, b) => a - b));
}

function checkShape(name: string, shape: readonly number[], other: Examples): void {
  if (other.shape.join() === shape.join()) return;
  throw new LogitsError(
    "bad-data",
    `Cannot use ${name}: all examples must be ${shape.join(" × ")} as the training examples, got ${other.shape.join(" × ")}`,
  );
}

function checkClasses({ name, train, notes }: Data): void {
  const { classes, labels } = train;
  const seen = new Set(labels);
  if (seen.size < 2)
    throw new LogitsError(
      "bad-data",
      `Cannot use ${name}: there must be examples of at least 2 classes to train on, got only ${classes[labels[0]!]}`,
    );
  const unseen = classes.filter((_, k) => !seen.has(k));
  if (unseen.length > 0) notes.push(`No training example shows ${unseen.join(", ")}.`);
}
