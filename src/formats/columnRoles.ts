import { LogitsError } from "../core/index.js";
import type { RawBlock, ReadOptions } from "./table.js";

/** A column of a table file: one number a row, a list of numbers a row, or anything else ("text", "boolean" …). */
export interface ColumnInfo {
  name: string;
  kind: "number" | "list" | "other";
  /** What else it is, for messages: "text", "timestamp" … */
  type: string;
  /** A column of numbers: they are whole, as far as is known. */
  whole?: boolean;
}

/** Which column is what. */
export interface ColumnRoles {
  /** Indices of the columns of scores, in file order; a list column is alone. */
  scores: number[];
  label?: number;
  id?: number;
  slices: number[];
  notes: string[];
}

/** Names under which programs write an index: that of pandas has none, or is called so when it is read again. */
const indexNames = /^(|unnamed: ?\d+|index|idx|__index_level_\d+__|row|row_?(id|number|index))$/i;
/** Names of what is made from scores, or goes with them, and is none. */
const otherNames =
  /^(pred|preds|predicted|prediction|predictions|y_?(pred|hat)|(pred|predicted)_?(class|label|idx|index)|conf|confidence|max_?(prob|score|logit)|correct|(sample_?)?weights?|loss|nll|margin|entropy|fold|split|epoch|timestamp|time|date|datetime|latency|duration)$/i;
const labelNames = new Set(["label", "labels", "target", "truth", "y"]);

/**
 * Which columns are the scores, the labels, the ids and the slices.
 * Label: `labelsColumn`, else the only column named label, labels, target, truth or y. Id: `idColumn`, else `id`. Slices: as named.
 * Scores: the list column if there is one, else every other column, which must then be numbers.
 */
export function columnRoles(file: string, columns: ColumnInfo[], options: ReadOptions): ColumnRoles {
  const list = columns.map(({ name }) => name).join(", ") || "none";
  const seen = new Set<string>();
  const twice = columns.find(({ name }) => seen.size === seen.add(name).size);
  if (twice)
    refuse("bad-data", `Cannot read ${file}: column names must differ, got ${twice.name} twice`, "Rename one of them.");
  const named = (name: string, what: string): number => {
    const index = columns.findIndex((column) => column.name === name);
    return index >= 0
      ? index
      : refuse("bad-argument", `Cannot read ${file}: the ${what} column must be one of ${list}, got ${name}`);
  };
  const label = options.labelsColumn === undefined ? onlyLabel(file, columns) : named(options.labelsColumn, "label");
  const slices = (options.sliceColumns ?? []).map((name) => named(name, "slice"));
  const listed = new Set(options.classes);
  const free = columns
    .map((_, i) => i)
    .filter((i) => i !== label && !slices.includes(i) && !listed.has(columns[i]!.name));
  const indices = free.filter((i) => isIndex(columns[i]!));
  const id =
    options.idColumn === undefined
      ? (free.find((i) => columns[i]!.name.toLowerCase() === "id") ?? indices[0] ?? -1)
      : named(options.idColumn, "id");
  const unread = indices.filter((i) => i !== id);
  const taken = new Set([label, id, ...slices, ...unread]);
  const rest = columns.map((_, i) => i).filter((i) => !taken.has(i));
  const { scores, notes } = scoreColumns(file, columns, rest, options);
  for (const i of unread) notes.push(`Column ${called(columns, i)} is an index: not read.`);
  if (indices.includes(id))
    notes.push(`Column ${called(columns, id)} is an index: its values are the ids of the rows.`);
  const roles: ColumnRoles = { scores, slices, notes };
  if (label >= 0) roles.label = label;
  if (id >= 0) roles.id = id;
  return roles;
}

/** A block without rows yet, with a list for each column beside the scores. */
export function emptyBlock(values: RawBlock["values"], roles: ColumnRoles, columns: readonly ColumnInfo[]): RawBlock {
  const block: RawBlock = { rows: 0, values };
  if (roles.label !== undefined) block.labels = [];
  if (roles.id !== undefined) block.ids = [];
  if (roles.slices.length > 0) block.slices = Object.fromEntries(roles.slices.map((k) => [columns[k]!.name, []]));
  return block;
}

function isIndex({ name, kind, whole }: ColumnInfo): boolean {
  const named = indexNames.test(name);
  return kind === "number" ? named && whole === true : named && kind === "other" && /^(|unnamed: ?\d+)$/i.test(name);
}

const called = (columns: ColumnInfo[], i: number): string => columns[i]!.name || `${i} (without a name)`;

function onlyLabel(file: string, columns: ColumnInfo[]): number {
  const found = columns.map((_, i) => i).filter((i) => labelNames.has(columns[i]!.name.toLowerCase()));
  if (found.length > 1) {
    const names = found.map((i) => columns[i]!.name).join(", ");
    refuse(
      "ambiguous",
      `Cannot read ${file}: one column must be the labels, got ${names}`,
      "--labels-column names the one to use.",
    );
  }
  return found[0] ?? -1;
}

function scoreColumns(
  file: string,
  columns: ColumnInfo[],
  rest: number[],
  options: ReadOptions,
): Pick<ColumnRoles, "scores" | "notes"> {
  const lists = rest.filter((i) => columns[i]!.kind === "list");
  const nameOf = (i: number): string => columns[i]!.name;
  const wanted = options.logitsKey === undefined ? ["logits", "probs"] : [options.logitsKey];
  const chosen =
    lists.find((i) => wanted[0] === nameOf(i)) ??
    lists.find((i) => wanted[1] === nameOf(i)) ??
    (lists.length === 1 ? lists[0] : undefined);
  if (options.logitsKey !== undefined && (chosen === undefined || nameOf(chosen) !== options.logitsKey)) {
    const got = lists.map(nameOf).join(", ") || "no list column";
    refuse("bad-argument", `Cannot read ${file}: ${options.logitsKey} must be a column of lists, got ${got}`);
  }
  if (chosen !== undefined) {
    const unread = rest.filter((i) => i !== chosen).map(nameOf);
    return { scores: [chosen], notes: unread.length > 0 ? [`Columns not read: ${unread.join(", ")}.`] : [] };
  }
  if (lists.length > 1) {
    refuse(
      "ambiguous",
      `Cannot read ${file}: one column of lists must be the scores, got ${lists.map(nameOf).join(", ")}`,
      "--logits-key names the one to use.",
    );
  }
  const other = rest.find((i) => columns[i]!.kind === "other");
  if (other !== undefined) {
    const { name, type } = columns[other]!;
    refuse(
      "bad-data",
      `Cannot read ${file}: column ${name} must be numbers, or the label, id or a slice, got ${type}`,
      "--labels-column, --id-column or --slice-columns names it; or drop it.",
    );
  }
  const nameless = rest.find((i) => columns[i]!.name === "");
  if (nameless !== undefined)
    refuse(
      "bad-data",
      `Cannot read ${file}: column ${nameless} must have a name, got none`,
      "Name it in the header, as a class or otherwise; or drop it.",
    );
  const beside = rest.find((i) => otherNames.test(columns[i]!.name) && !options.classes?.includes(columns[i]!.name));
  if (beside !== undefined)
    refuse(
      "ambiguous",
      `Cannot tell whether column ${columns[beside]!.name} of ${file} is a class: what goes by that name is made from scores, or goes with them`,
      "--slice-columns, --id-column or --labels-column names it; --classes with the names of all columns says that it is a class.",
    );
  if (rest.length === 0)
    refuse(
      "bad-data",
      `Cannot read ${file}: at least one column must be scores, got ${columns.map(({ name }) => name).join(", ") || "none"}`,
    );
  return { scores: rest, notes: [] };
}

function refuse(code: "ambiguous" | "bad-data" | "bad-argument", message: string, hint?: string): never {
  throw new LogitsError(code, message, hint === undefined ? {} : { hint });
}
