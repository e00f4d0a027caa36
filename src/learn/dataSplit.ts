import { LogitsError, shuffled } from "../core/index.js";
import { checkExamples, type Examples, gather, select } from "./examples.js";

/** What there is to learn from, to fit a temperature to and to test on. */
export interface Data {
  /** As it was asked for. */
  name: string;
  train: Examples;
  validation: Examples;
  test: Examples;
  /** Which of these the source did not set aside: they were drawn from its training examples by the seed. */
  drawn: readonly ("validation" | "test")[];
  /** What was decided on the way, for whoever reads the results. */
  notes: string[];
}

/** What a source itself divides; what is missing is taken from `train`. */
export type Given = Omit<Data, "validation" | "test" | "drawn"> & Partial<Pick<Data, "validation" | "test">>;

/** One in so many examples of each class becomes validation, or test. */
const SHARE = 10;

/** Takes from the training examples what the source did not set aside, by the seed and class by class, and refuses what cannot be learned from. */
export function divide({ name, train, validation, test, notes }: Given, seed: number): Data {
  const action = `use ${name}`;
  checkExamples(action, train);
  for (const [part, examples] of Object.entries({ validation, test })) {
    if (!examples) continue;
    checkExamples(`use the ${part} examples of ${name}`, examples);
    checkShape(name, part, train.shape, examples);
  }
  const drawn = (["validation", "test"] as const).filter((part) => !{ validation, test }[part]);
  const parts = apart(train, drawn.length, seed);
  if (drawn.length > 0)
    notes = [
      ...notes,
      `${drawn.join(" and ")}: ${drawn.length > 1 ? "each " : ""}a tenth of ${name}'s ${counted(train, "training example")}, drawn by the seed (${seed}).`,
    ];
  const rest = select(train, parts[0]!);
  const taken = drawn.map((_, i) => select(train, parts[i + 1]!));
  const data: Data = {
    name,
    train: rest,
    validation: validation ?? taken.shift()!,
    test: test ?? taken.shift()!,
    drawn,
    notes,
  };
  for (const part of ["validation", "test"] as const)
    if (data[part].labels.length === 0)
      throw new LogitsError(
        "bad-data",
        `Cannot ${action}: there must be at least ${drawn.length + 1} examples of a class to set some aside for ${part}, got ${counted(train)} in all`,
      );
  checkClasses(data);
  return data;
}

/**
 * So many examples to learn by heart; what they leave over joins those that are not learned from, so that a temperature is fitted on many. They are the first
 * of the source where these show every class that there is. Many sources lie class after class: there a network would learn that all is of the first class, and
 * its surety would be that of a constant. So then the first of an order by the seed are taken, in which the classes take turns as often as they occur, each
 * once before any comes twice; and that is said.
 */
export function firstOnly(data: Data, first: number, seed: number): Data {
  const { train, validation } = data;
  const { labels, classes } = train;
  if (first >= labels.length) return data;
  const unseen = (rows: readonly number[]): string[] => {
    const seen = new Set(rows.map((row) => labels[row]));
    return classes.filter((_, k) => !seen.has(k) && labels.includes(k));
  };
  const asTheyLie = Array.from({ length: first }, (_, row) => row);
  const lacking = unseen(asTheyLie);
  const learned = lacking.length === 0 ? asTheyLie : inTurns(train, seed).slice(0, first);
  const isLearned = new Set(learned);
  const others = Array.from(labels.keys()).filter((row) => !isLearned.has(row));
  const notes = [...data.notes];
  if (lacking.length > 0) {
    notes.push(
      `The first ${counted({ labels: learned }, "training example")} would not show ${lacking.join(", ")}: as many of all classes are learned instead, drawn by the seed (${seed}).`,
    );
    const never = unseen(learned);
    if (never.length > 0) notes.push(`No example that is learned from shows ${never.join(", ")}.`);
  }
  const rest = others.length === 1 ? "1 is" : `${others.length.toLocaleString("en")} are`;
  notes.push(
    `Of the training examples ${rest} not learned from, and ${others.length === 1 ? "joins" : "join"} validation.`,
  );
  return { ...data, train: select(train, learned), validation: joined(validation, select(train, others)), notes };
}

/** All rows in an order by the seed, so that its beginning has of each class its share, and of none two before every class has come. */
function inTurns({ labels, classes }: Examples, seed: number): number[] {
  const sizes = new Array<number>(classes.length).fill(0);
  for (const label of labels) sizes[label]!++;
  const seen = new Array<number>(classes.length).fill(0);
  const turns = Array.from(shuffled(labels.length, seed, "folds", 1), (row) => {
    const label = labels[row]!;
    return { row, turn: seen[label]!++ / sizes[label]! };
  });
  // Of equal turns the order by the seed decides.
  return turns.sort((a, b) => a.turn - b.turn).map(({ row }) => row);
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

const counted = ({ labels: { length } }: { labels: ArrayLike<number> }, what = "example"): string =>
  `${length.toLocaleString("en")} ${what}${length === 1 ? "" : "s"}`;

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

function checkShape(name: string, part: string, shape: readonly number[], other: Examples): void {
  if (other.shape.join() === shape.join()) return;
  throw new LogitsError(
    "bad-data",
    `Cannot use ${name}: its ${part} examples must be ${shape.join(" × ")} as the training examples, got ${other.shape.join(" × ")}`,
  );
}

function checkClasses({ name, train, validation, test, notes }: Data): void {
  const { classes, labels } = train;
  const seen = new Set(labels);
  if (seen.size < 2)
    throw new LogitsError(
      "bad-data",
      `Cannot use ${name}: there must be examples of at least 2 classes to train on, got only ${classes[labels[0]!]}`,
    );
  const unseen = classes.filter((_, k) => !seen.has(k));
  if (unseen.length > 0) notes.push(`No training example shows ${unseen.join(", ")}.`);
  for (const [part, examples] of Object.entries({ validation, test })) {
    const without = classes.filter((_, k) => seen.has(k) && !examples.labels.includes(k));
    if (without.length > 0) notes.push(`No ${part} example shows ${without.join(", ")}.`);
  }
}
