// Records of a table of text, byte by byte: what runs where WebAssembly does not, and what the kernel is compared with.

/** What a record of a table of text looks like. */
export interface RecordShape {
  /** The byte between fields: none that a number may hold, nor a quote or a line's end. */
  delimiter: number;
  /** How many numbers come before each text, and after the last one: [0, 10, 0] is a text, ten numbers, a text. */
  runs: number[];
}

/** How far a parser came. */
export interface Parsed {
  records: number;
  /** Lines, with blank ones. */
  lines: number;
  /** Where the next line begins. */
  position: number;
}

/**
 * Turns bytes into numbers and texts, as many ordinary records as there are: plain decimal numbers, the usual words for infinity and NaN, spaces around them,
 * quotes around whole fields; blank lines are skipped. Numbers are exactly those of `Number()`.
 */
export interface RecordParser {
  /** Where the caller puts bytes to be parsed. */
  input: Uint8Array;
  /** The numbers, a record after another. */
  values: Float64Array;
  /** The bytes of the texts of the records last parsed, one after another, and where each ends. */
  texts: Uint8Array;
  ends: Uint32Array;
  /**
   * Parses whole lines, from `from` to `to` in `input`, into `values` from record `row` on. Stops after `most` records, or where a record is anything
   * but ordinary. Then `input[to - 1]` must be a line's end.
   */
  parse(from: number, to: number, row: number, most: number): Parsed;
  /** Says that nobody looks at the arrays any more. */
  release(): void;
}

const powersOfTen = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
const [newline, carriageReturn, quote, plus, point, minus, zero] = [10, 13, 34, 43, 46, 45, 48] as const;

/** Where the last field read ended, and the last text. */
let at = 0;
let textEnd = 0;

/** See RecordParser. */
export function parseRecords(
  parser: Pick<RecordParser, "input" | "values" | "texts" | "ends">,
  shape: RecordShape,
  from: number,
  to: number,
  row: number,
  most: number,
): Parsed {
  const { input, values, texts, ends } = parser;
  const { delimiter, runs } = shape;
  const blank = blankOf(shape);
  const last = runs.length - 1;
  let records = 0;
  let lines = 0;
  let position = from;
  let end = 0;
  let value = row * runs.reduce((sum, run) => sum + run, 0);
  textEnd = 0;
  while (position < to && records < most) {
    const length = lineEnd(input, position);
    if (length > 0) {
      position += length;
      lines++;
      continue;
    }
    at = position;
    const textStart = textEnd;
    const endStart = end;
    const valueStart = value;
    let open = true;
    let whole = true;
    for (let run = 0; whole && run <= last; run++) {
      for (let left = runs[run]!; whole && left > 0; left--) {
        whole = open && readNumber(input, values, value++, blank);
        if (whole) open = input[at++] === delimiter;
      }
      if (!whole || run === last) break;
      whole = open && readText(input, texts, delimiter);
      ends[end++] = textEnd;
      if (whole) open = input[at++] === delimiter;
    }
    if (whole && !open) {
      const rest = lineEnd(input, at - 1);
      if (rest > 0) {
        position = at - 1 + rest;
        records++;
        lines++;
        continue;
      }
    }
    textEnd = textStart;
    end = endStart;
    value = valueStart;
    break;
  }
  return { records, lines, position };
}

/** How many bytes end a line here; 0 where none do. */
function lineEnd(input: Uint8Array, p: number): number {
  if (input[p] === newline) return 1;
  return input[p] === carriageReturn && input[p + 1] === newline ? 2 : 0;
}

/** Stores a number; false where there is no plain one. Then `at` is behind it, its blanks and its quotes. */
function readNumber(input: Uint8Array, values: Float64Array, index: number, blank: number): boolean {
  let p = at;
  const quoted = input[p] === quote;
  if (quoted) p++;
  while (input[p] === blank) p++;
  const start = p;
  const negative = input[p] === minus;
  if (negative || input[p] === plus) p++;
  let mantissa = 0;
  let digits = 0;
  let exponent = 0;
  let c = input[p]! - zero;
  for (; c >= 0 && c <= 9; c = input[++p]! - zero, digits++) mantissa = mantissa * 10 + c;
  if (input[p] === point) {
    const first = p + 1;
    for (c = input[++p]! - zero; c >= 0 && c <= 9; c = input[++p]! - zero) mantissa = mantissa * 10 + c;
    exponent = first - p;
    digits -= exponent;
  }
  if (digits === 0) {
    const value = readWord(input, start);
    if (value === undefined) return false;
    p = at;
    values[index] = value;
  } else {
    if ((input[p]! | 32) === 0x65) {
      const down = input[++p] === minus;
      if (down || input[p] === plus) p++;
      const first = p;
      let e = 0;
      for (c = input[p]! - zero; c >= 0 && c <= 9; c = input[++p]! - zero) e = e * 10 + c;
      if (p === first) return false;
      exponent += down ? -e : e;
    }
    let value: number;
    // Up to here every step was exact; one rounding is left.
    if (mantissa > Number.MAX_SAFE_INTEGER || exponent < -22 || exponent > 22) {
      value = mantissa === 0 ? 0 : Math.abs(Number(asText(input, start, p)));
    } else if (exponent < 0) value = mantissa / powersOfTen[-exponent]!;
    else value = mantissa * powersOfTen[exponent]!;
    values[index] = negative ? -value : value;
  }
  while (input[p] === blank) p++;
  if (quoted && input[p++] !== quote) return false;
  at = p;
  return true;
}

const words = new Map([
  ["inf", Infinity],
  ["infinity", Infinity],
  ["+inf", Infinity],
  ["+infinity", Infinity],
  ["-inf", -Infinity],
  ["-infinity", -Infinity],
  ["nan", NaN],
  ["na", NaN],
]);

/** The longest run of letters behind an optional sign, if it is a word for a number. */
function readWord(input: Uint8Array, start: number): number | undefined {
  let p = start;
  if (input[p] === minus || input[p] === plus) p++;
  while (p < start + 10 && (input[p]! | 32) >= 0x61 && (input[p]! | 32) <= 0x7a) p++;
  at = p;
  return words.get(asText(input, start, p).toLowerCase());
}

function asText(input: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let p = from; p < to; p++) text += String.fromCharCode(input[p]!);
  return text;
}

/** Copies the bytes of a text behind those of the last; false where it holds a quote or a NUL. */
function readText(input: Uint8Array, texts: Uint8Array, delimiter: number): boolean {
  const start = textEnd;
  const quoted = input[at] === quote;
  if (quoted) {
    for (at++; input[at] !== quote; at++) {
      if (input[at] === newline || input[at] === 0) return false;
      texts[textEnd++] = input[at]!;
    }
    at++;
    return input[at] === delimiter || lineEnd(input, at) > 0;
  }
  for (; input[at] !== delimiter && input[at] !== newline; at++) {
    if (input[at] === quote || input[at] === 0) return false;
    texts[textEnd++] = input[at]!;
  }
  if (input[at] === newline && textEnd > start && texts[textEnd - 1] === carriageReturn) {
    textEnd--;
    at--;
  }
  return true;
}

/** The byte that may stand around a number: a space, or none where that is the delimiter. */
export function blankOf({ delimiter }: RecordShape): number {
  return delimiter === 32 ? 256 : 32;
}
