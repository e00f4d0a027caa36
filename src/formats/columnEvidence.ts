/** Rows of which sizes are looked at. */
const sampled = 256;
/** Rows that whole scores do not count by chance. */
const countedRows = 20;
/** More columns than this are classes: nobody stacks a label beside so many. */
const mostColumns = 4096;

/** What each column looks like: a label, a prediction or a row number between scores gives itself away by being whole. */
export interface ColumnEvidence {
  columns: number;
  rows: number;
  /** Columns that have held nothing but whole numbers. */
  whole: number[];
  least: Float64Array;
  most: Float64Array;
  /** 1 while each row has had one more than the row before. */
  counting: Uint8Array;
  /** Whole numbers, by column. */
  wholeCount: Float64Array;
  /** The smallest and the largest magnitude in the first rows, by column. */
  nearest: Float64Array;
  farthest: Float64Array;
}

export function initColumns(columns: number): ColumnEvidence {
  const size = columns <= mostColumns ? columns : 0;
  return {
    columns,
    rows: 0,
    whole: Array.from({ length: size }, (_, k) => k),
    least: new Float64Array(size).fill(Infinity),
    most: new Float64Array(size).fill(-Infinity),
    counting: new Uint8Array(size).fill(1),
    wholeCount: new Float64Array(size),
    nearest: new Float64Array(size).fill(Infinity),
    farthest: new Float64Array(size),
  };
}

export function addColumns(evidence: ColumnEvidence, values: ArrayLike<number>, rows: number): void {
  const { columns, least, most, counting } = evidence;
  if (least.length === 0) return;
  for (let row = 0; row < rows && (evidence.whole.length > 0 || evidence.rows < sampled); row++, evidence.rows++) {
    const start = row * columns;
    if (evidence.rows < sampled) addSizes(evidence, values, start);
    for (let k = 0; k < columns; k++) {
      const value = values[start + k]!;
      // A masked class is no fraction.
      if (Number.isInteger(value) || value === -Infinity) evidence.wholeCount[k]!++;
    }
    let fraction = false;
    for (const k of evidence.whole) {
      const value = values[start + k]!;
      if (!Number.isInteger(value)) {
        fraction = true;
        least[k] = NaN;
        continue;
      }
      if (evidence.rows > 0 && value !== most[k]! + 1) counting[k] = 0;
      if (value < least[k]!) least[k] = value;
      if (value > most[k]!) most[k] = value;
    }
    if (fraction) evidence.whole = evidence.whole.filter((k) => !Number.isNaN(least[k]));
  }
}

function addSizes({ columns, nearest, farthest }: ColumnEvidence, values: ArrayLike<number>, start: number): void {
  for (let k = 0; k < columns; k++) {
    const size = Math.abs(values[start + k]!);
    if (size < nearest[k]!) nearest[k] = size;
    if (size > farthest[k]! && size !== Infinity) farthest[k] = size;
  }
}

/** A column of which every number is a thousand times larger than any of the others, and large: a time, say. */
export function remoteColumn({ rows, nearest, farthest }: ColumnEvidence): number | undefined {
  if (rows < 2 || nearest.length < 2) return undefined;
  const column = nearest.indexOf(Math.max(...nearest));
  const others = Math.max(...farthest.filter((_, k) => k !== column));
  return nearest[column]! < Infinity && nearest[column]! > 1000 * Math.max(others, 10) ? column : undefined;
}

/** Whole numbers that give a column away, and whether the others hold fractions, or are whole as well. */
export interface WholeColumn {
  column: number;
  /** Each is one more than the one before: a row number. */
  counts: boolean;
  othersWhole: boolean;
}

/**
 * The first column that is whole throughout while the others are not: a label, a prediction, a row number, but hardly a score.
 * If each number of the others is whole with probability q (Laplace's estimate), a column of scores would be so with q^rows.
 * A column that is constantly 0 is a reference class. One that counts the rows gives itself away beside whole numbers too.
 */
export function wholeColumn(evidence: ColumnEvidence): WholeColumn | undefined {
  const { columns, rows, least, most, counting, wholeCount } = evidence;
  if (rows < 2 || columns < 2) return undefined;
  const seen = rows * (columns - 1);
  const all = wholeCount.reduce((a, b) => a + b, 0);
  const othersOf = (column: number): number => all - wholeCount[column]!;
  const column = evidence.whole.find((k) => {
    if (least[k] === 0 && most[k] === 0) return false;
    const others = othersOf(k);
    if (others === seen) return rows >= countedRows && counting[k] === 1;
    const likeLabel = others === 0 && least[k]! >= 0 && most[k]! < columns;
    return ((others + 1) / (seen + 2)) ** rows < (likeLabel ? 0.05 : 1e-3);
  });
  if (column === undefined) return undefined;
  return { column, counts: rows > 2 && counting[column] === 1, othersWhole: othersOf(column) === seen };
}
