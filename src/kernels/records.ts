import { type Arena, borrowArena, DATA, giveBack, RESULT, WORK } from "./arena.js";
import { partsOfTen } from "./partsOfTen.js";
import { powersOfFive } from "./powersOfFive.js";
import { blankOf, type Parsed, parseRecords, type RecordParser, type RecordShape } from "./recordsReference.js";

/** Bytes that may be read beyond the input. */
const SLACK = 64;
/** Where the parts of powers of ten are: so far beyond the powers of five. */
const PARTS = 12288;
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** A parser in plain TypeScript, for at most `rows` records and `bytes` of input at a time. */
export function plainParser(shape: RecordShape, rows: number, bytes: number): RecordParser {
  const parser: RecordParser = {
    input: new Uint8Array(bytes),
    values: new Float64Array(rows * numbersOf(shape)),
    texts: new Uint8Array(shape.runs.length > 1 ? bytes : 0),
    ends: new Uint32Array(rows * (shape.runs.length - 1)),
    parse: (from, to, row, most) => parseRecords(parser, shape, from, to, row, most),
    release: () => undefined,
  };
  return parser;
}

/** The same in WebAssembly; undefined where there is none, or not that much memory. */
export function wasmParser(shape: RecordShape, rows: number, bytes: number): RecordParser | undefined {
  const { runs, delimiter } = shape;
  const numbers = numbersOf(shape);
  const runsAt = DATA;
  const runsEnd = runsAt + 4 * runs.length;
  const values = aligned(runsEnd);
  const ends = values + 8 * rows * numbers;
  const texts = aligned(ends + 4 * rows * (runs.length - 1));
  const input = texts + (runs.length > 1 ? aligned(bytes) : 0);
  const arena = borrowArena(input + bytes + SLACK - DATA);
  if (!arena) return undefined;
  const { buffer } = arena.bytes;
  const powers = powersOfFive();
  new BigUint64Array(buffer, WORK, powers.length).set(powers);
  arena.doubles.set(partsOfTen(), (WORK + PARTS) / 8);
  arena.ints.set(runs, runsAt / 4);
  return {
    input: new Uint8Array(buffer, input, bytes),
    values: new Float64Array(buffer, values, rows * numbers),
    texts: new Uint8Array(buffer, texts, input - texts),
    ends: new Uint32Array(buffer, ends, rows * (runs.length - 1)),
    parse(from, to, row, most) {
      const start = values + 8 * row * numbers;
      arena.kernels.parseRecords(
        input + from,
        input + to,
        delimiter,
        blankOf(shape),
        runsAt,
        runsEnd,
        start,
        texts,
        ends,
        most,
        WORK,
        RESULT,
      );
      return parsed(arena, input);
    },
    release: () => giveBack(arena),
  };
}

function parsed({ ints }: Arena, input: number): Parsed {
  return { position: ints[RESULT / 4]! - input, records: ints[RESULT / 4 + 1]!, lines: ints[RESULT / 4 + 2]! };
}

function numbersOf({ runs }: RecordShape): number {
  return runs.reduce((sum, run) => sum + run, 0);
}
