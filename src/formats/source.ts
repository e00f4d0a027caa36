import { type Batch, type Kind, LogitsError, type Source } from "../core/index.js";
import { remoteColumn, wholeColumn } from "./columnEvidence.js";
import { detectKind, kindIsSettled, short } from "./kind.js";
import { addEvidence, initEvidence, type KindEvidence } from "./kindEvidence.js";
import { checkRows, type GivenKind } from "./kindRows.js";
import { addLabels, initLabels, type LabelReader, labelReader, type LabelSurvey, settled } from "./labels.js";
import type { RawBlock, RawTable, ReadOptions } from "./table.js";

/** Scores looked at to tell what they are. */
const surveyedScores = 2 ** 18;

const kinds: readonly GivenKind[] = ["logits", "logprobs", "probs", "percent", "binary-logits", "binary-probs"];

/**
 * A table of raw numbers as a source of scores: its kind stated, its labels understood.
 *
 * @param pass.onePass rows come, and once: no more are looked at before the first is given than tell what the numbers are.
 */
export async function sourceOfTable(
  table: RawTable,
  options: ReadOptions,
  file: string,
  { onePass = false }: { onePass?: boolean } = {},
): Promise<Source> {
  if (options.kind !== undefined && !kinds.includes(options.kind))
    throw new LogitsError(
      "bad-argument",
      `Cannot read ${file}: kind must be one of ${kinds.join(", ")}, got ${String(options.kind)}`,
    );
  const binary = options.kind === "binary-logits" || options.kind === "binary-probs";
  if (binary && table.columns !== 1) {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${file} as ${options.kind}: it must have 1 column, got ${table.columns}`,
    );
  }
  const count = binary ? 2 : table.columns;
  const given = options.classes ?? table.columnNames;
  if (given && given.length !== count && !(binary && !options.classes)) {
    throw new LogitsError(
      "mismatch",
      `Cannot name the classes of ${file}: there must be ${count} names, got ${given.length}`,
    );
  }
  const named = given !== undefined && given.length === count;
  refuseNames(options.classes ?? [], file);
  const base = options.labelBase;
  if (base !== undefined && base !== 0 && base !== 1)
    throw new LogitsError("bad-argument", `Cannot read ${file}: the label base must be 0 or 1, got ${String(base)}`);
  const numbers = Array.from({ length: count }, (_, k) => String(k));
  const known = (evidence: KindEvidence): boolean =>
    onePass && (options.kind !== undefined || kindIsSettled(evidence, table.scoresFrom));
  const surveyed = await survey(table, count, rowsPerBatch(table.columns), known);
  const { evidence, labels, rows } = surveyed;
  let { begun } = surveyed;
  if (!options.classes) refuseOtherColumns(evidence, table, file, options.kind);
  if (rows === 0) throw new LogitsError("bad-data", `Cannot read ${file}: it must have at least 1 row, got 0`);
  const detected = options.kind ? { kind: options.kind } : detectKind(evidence, file, table.scoresFrom);
  const reader =
    table.labelsFrom === undefined
      ? undefined
      : labelReader(labels, table.labelsFrom, named ? given : numbers, named, base);
  const classes = named ? given : (reader?.classes ?? numbers);
  const kind = detected.kind;
  const source: Source = {
    capture: { kind: kindOf(kind), stage: "unknown", coverage: "full" },
    classes,
    dtype: table.dtype,
    notes: [sentence(kind, evidence, table, classes, reader), ...table.notes],
    async *batches({ reuse = false } = {}) {
      let offset = 0;
      const blocks = begun ? goOn(begun) : table.blocks(rowsPerBatch(table.columns));
      // The last one that the survey has seen still lies where the reader will put the next.
      let kept = (begun?.seen.length ?? 1) - 1;
      begun = undefined;
      for await (const block of blocks) {
        yield batchOf(block, reuse || kept-- > 0, table.columns, kind, offset, reader, file);
        offset += block.rows;
      }
    },
  };
  if ("note" in detected && detected.note) source.notes.push(detected.note);
  if (reader?.note) source.notes.push(reader.note);
  if (table.rows !== undefined) source.rows = table.rows;
  if (reader) source.labels = reader.info;
  if (table.replicates !== undefined) source.replicates = table.replicates;
  return source;
}

const rowsPerBatch = (columns: number): number => Math.max(1, Math.min(4096, Math.floor(2 ** 19 / columns)));

/** Results are told apart by these names. */
function refuseNames(names: readonly string[], file: string): void {
  const twice = names.find((name, k) => name === "" || names.indexOf(name) < k);
  if (twice === undefined) return;
  throw new LogitsError(
    "bad-argument",
    `Cannot name the classes of ${file}: each must have a name of its own, got ${twice === "" ? "an empty one" : `${twice} twice`}`,
  );
}

/** A label, a prediction or a row number among the scores would be read as a class: it is refused until the classes are listed. */
function refuseOtherColumns(evidence: KindEvidence, table: RawTable, file: string, kind?: GivenKind): void {
  // Probabilities answer for themselves: another column would spoil the sums of their rows.
  if (kind !== undefined && kind !== "logits") return;
  const remote = remoteColumn(evidence.byColumn);
  const whole = wholeColumn(evidence.byColumn);
  const found = whole ?? (remote === undefined ? undefined : { column: remote, counts: false, othersWhole: false });
  if (!found) return;
  const name = table.columnNames?.[found.column] ?? String(found.column);
  const tabular = table.columnNames !== undefined || table.format === "csv";
  const looks =
    found.column === remote
      ? "its numbers are a thousand times larger than all others, as those of a time or an amount are"
      : `${found.counts ? "it counts the rows" : "it holds only whole numbers"}${found.othersWhole ? "" : " while the others hold fractions"}, as a ${found.counts ? "row number" : "label or a prediction"} would`;
  throw new LogitsError("ambiguous", `Cannot tell whether column ${name} of ${file} is a class: ${looks}`, {
    column: found.column,
    hint: `${tabular ? `${found.counts ? "--id-column" : "--labels-column, --id-column or --slice-columns"} names it if it is none` : "Save labels as an array of their own if it is none"}; --classes with the names of all ${table.columns} says that it is one.`,
  });
}

/** A pass over a table that the survey began: the blocks it has looked at, of which the last lies in the reader's own memory, and the rest. */
interface BegunPass {
  seen: RawBlock[];
  rest: AsyncIterator<RawBlock>;
}

async function survey(
  table: RawTable,
  classes: number,
  block: number,
  known: (evidence: KindEvidence) => boolean,
): Promise<{ evidence: KindEvidence; labels: LabelSurvey; rows: number; begun: BegunPass | undefined }> {
  const evidence = initEvidence(table.columns, table.dtype);
  const labels = initLabels(table.labelWidth ?? 1);
  const rest = table.blocks(block)[Symbol.asyncIterator]();
  // Text is dear to read: what the survey has read is kept for the first pass, unless the labels make it read on.
  let seen: RawBlock[] | undefined = table.dtype === "text" ? [] : undefined;
  let rows = 0;
  const nextBlock = (): Promise<IteratorResult<RawBlock>> => {
    const last = seen?.at(-1);
    if (last) last.values = last.values.slice(0, last.rows * table.columns);
    return rest.next();
  };
  for (let next = await nextBlock(); !next.done; next = await nextBlock()) {
    const part = next.value;
    rows += part.rows;
    const wanted = evidence.rows * table.columns < surveyedScores;
    const enough = Math.ceil(surveyedScores / table.columns) - evidence.rows;
    if (wanted) addEvidence(evidence, part.values, Math.min(part.rows, enough));
    else seen = undefined;
    seen?.push({ ...part });
    if (part.labels) addLabels(labels, part.labels);
    if (known(evidence)) break;
    if (
      evidence.rows * table.columns >= surveyedScores &&
      (!part.labels || settled(labels, classes, table.columnNames !== undefined))
    ) {
      if (!seen) await rest.return?.();
      break;
    }
  }
  return { evidence, labels, rows, begun: seen && { seen, rest } };
}

async function* goOn({ seen, rest }: BegunPass): AsyncGenerator<RawBlock> {
  for (let block = seen.shift(); block; block = seen.shift()) yield block;
  try {
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

function kindOf(kind: GivenKind): Kind {
  if (kind === "percent" || kind === "binary-probs") return "probs";
  return kind === "binary-logits" ? "logits" : kind;
}

function batchOf(
  block: RawBlock,
  asItIs: boolean,
  columns: number,
  kind: GivenKind,
  offset: number,
  reader: LabelReader | undefined,
  file: string,
): Batch {
  const { rows } = block;
  checkRows(kind, block.values, rows, columns, offset, file);
  const { values, classes } = scores(block, asItIs, columns, kind);
  const batch: Batch = { kind: kindOf(kind), values, rows, classes, offset };
  if (block.labels && reader) batch.labels = reader.read(block.labels, rows, offset);
  if (block.ids) batch.ids = block.ids;
  if (block.slices) batch.slices = block.slices;
  return batch;
}

function scores(
  { values, rows }: RawBlock,
  asItIs: boolean,
  columns: number,
  kind: GivenKind,
): { values: Batch["values"]; classes: number } {
  if (kind === "percent") return { values: Float64Array.from(values, (value) => value / 100), classes: columns };
  if (kind !== "binary-logits" && kind !== "binary-probs")
    return { values: asItIs ? values.subarray(0, rows * columns) : values.slice(0, rows * columns), classes: columns };
  const pair = new Float64Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    pair[2 * row] = kind === "binary-logits" ? 0 : 1 - values[row]!;
    pair[2 * row + 1] = values[row]!;
  }
  return { values: pair, classes: 2 };
}

/** "Read as logits: row sums -4 … 31; 10,000 × 10; labels 0–9 from labels". */
function sentence(
  kind: GivenKind,
  evidence: KindEvidence,
  table: RawTable,
  classes: string[],
  reader: LabelReader | undefined,
): string {
  const size = `${table.rows === undefined ? "" : `${table.rows.toLocaleString("en")} × `}${classes.length.toLocaleString("en")}${table.rows === undefined ? " classes" : ""}`;
  const labels = reader ? `; labels from ${reader.info.from}` : "; no labels";
  return `Read as ${kind}: row sums ${short(evidence.sum[0])} … ${short(evidence.sum[1])}; ${size}${labels}`;
}
