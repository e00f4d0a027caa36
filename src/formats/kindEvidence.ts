import { addColumns, type ColumnEvidence, initColumns } from "./columnEvidence.js";

/** What Σ exp(rate·value) over a row is, for one reading of the numbers as logarithms; kept only while it is near 1. */
export interface LogEvidence {
  rate: number;
  possible: boolean;
  sum: [number, number];
}

/** What the first rows of a table look like: the evidence for what its numbers are. */
export interface KindEvidence {
  rows: number;
  columns: number;
  min: number;
  max: number;
  /** Only 0 and 1 occur. */
  onlyZeroOne: boolean;
  /** Decimal digits after the point, where the numbers are rounded to 6 or fewer; else Infinity. */
  digits: number;
  sum: [number, number];
  /** Mean over the rows of the variance within a row. */
  variance: number;
  /** As natural logarithms, those to base 2 and 10, and the negatives of these. */
  logs: { natural: LogEvidence; two: LogEvidence; ten: LogEvidence; negative: LogEvidence[] };
  /** Range of Σ exp(value) while no row has a number above 0. */
  truncated: LogEvidence;
  byColumn: ColumnEvidence;
}

const log = (rate: number): LogEvidence => ({ rate, possible: true, sum: [Infinity, -Infinity] });

/** @param dtype how the file stores its numbers: half precision is not taken for rounding. */
export function initEvidence(columns: number, dtype: string): KindEvidence {
  return {
    rows: 0,
    columns,
    min: Infinity,
    max: -Infinity,
    onlyZeroOne: true,
    digits: dtype === "f2" || dtype === "bf2" ? Infinity : 0,
    sum: [Infinity, -Infinity],
    variance: 0,
    logs: { natural: log(1), two: log(Math.LN2), ten: log(Math.LN10), negative: [log(-1), log(-Math.LN2)] },
    truncated: log(1),
    byColumn: initColumns(columns),
  };
}

export function addEvidence(evidence: KindEvidence, values: ArrayLike<number>, rows: number): void {
  const { columns, logs, truncated } = evidence;
  const readings = [logs.natural, logs.two, logs.ten, ...logs.negative];
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let min = Infinity;
    let max = -Infinity;
    let sum = 0;
    let squares = 0;
    for (let k = start; k < start + columns; k++) {
      const value = values[k]!;
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
      squares += value * value;
    }
    evidence.min = Math.min(evidence.min, min);
    evidence.max = Math.max(evidence.max, max);
    extend(evidence.sum, sum);
    const variance = squares / columns - (sum / columns) ** 2;
    evidence.variance += (variance - evidence.variance) / (evidence.rows + row + 1);
    for (const reading of readings) {
      if (reading.possible) addLog(reading, values, start, columns, min, max, 0.98, 1.02);
    }
    if (truncated.possible) addLog(truncated, values, start, columns, min, max, 0.05, 1.001);
    if (evidence.onlyZeroOne) evidence.onlyZeroOne = onlyZeroOne(values, start, columns);
    // Scores on both sides of 0 are neither probabilities nor logarithms of any: nobody asks how they are rounded.
    if (evidence.min < -1e-3 && evidence.max > 1e-3) continue;
    for (let k = start; k < start + columns && evidence.digits <= 6; k++)
      evidence.digits = decimals(values[k]!, evidence.digits);
  }
  addColumns(evidence.byColumn, values, rows);
  evidence.rows += rows;
}

function extend(range: [number, number], value: number): void {
  if (value < range[0]) range[0] = value;
  if (value > range[1]) range[1] = value;
}

/** Rules a reading out when a row contradicts it, and spends no exponential on rows whose signs already do. */
function addLog(
  reading: LogEvidence,
  values: ArrayLike<number>,
  start: number,
  columns: number,
  min: number,
  max: number,
  least: number,
  most: number,
): void {
  const { rate } = reading;
  let sum = 0;
  if (rate > 0 ? max <= 1e-3 : min >= -1e-3)
    for (let k = start; k < start + columns; k++) sum += Math.exp(rate * values[k]!);
  reading.possible = sum >= least && sum <= most;
  extend(reading.sum, sum);
}

function onlyZeroOne(values: ArrayLike<number>, start: number, columns: number): boolean {
  for (let k = start; k < start + columns; k++) if (values[k] !== 0 && values[k] !== 1) return false;
  return true;
}

const powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

/** Digits after the point, at least `least`, of the shortest decimal that is stored as this f64 or f32; Infinity when it takes more than 6. */
function decimals(value: number, least: number): number {
  if (!Number.isFinite(value)) return least;
  for (let digits = least; digits <= 6; digits++) {
    const power = powersOfTen[digits]!;
    // A quotient of two whole numbers is rounded once: it is the number that the decimal says.
    const decimal = Math.round(value * power) / power;
    if (decimal === value || Math.fround(decimal) === value) return digits;
  }
  return Infinity;
}
