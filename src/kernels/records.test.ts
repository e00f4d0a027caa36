import { afterEach, describe, expect, it } from "vitest";
import { hasWasm } from "./arena.js";
import { type Implementation, type RecordParser, type RecordShape, recordParser, useImplementation } from "./index.js";

afterEach(() => useImplementation());

const encoder = new TextEncoder();

function parserOf(which: Implementation, shape: RecordShape, text: string, rows: number): [RecordParser, number] {
  useImplementation(which);
  const bytes = encoder.encode(text);
  const parser = recordParser(shape, rows, bytes.length);
  parser.input.set(bytes);
  return [parser, bytes.length];
}

/** What is read of a text: numbers, texts, records, and what is left over. */
function parsed(which: Implementation, shape: RecordShape, text: string): unknown[] {
  const [parser, length] = parserOf(which, shape, text, 10);
  const { records, lines, position } = parser.parse(0, length, 0, 10);
  const numbers = shape.runs.reduce((sum, run) => sum + run, 0);
  const ends = [0, ...parser.ends.subarray(0, records * (shape.runs.length - 1))];
  const texts = ends.slice(1).map((end, i) => new TextDecoder().decode(parser.texts.subarray(ends[i], end)));
  const values = [...parser.values.subarray(0, records * numbers)];
  parser.release();
  return [values, texts, lines, text.slice(position)];
}

const random = (() => {
  let state = 1;
  return (): number => (state = (state * 48271) % 2147483647) / 2147483647;
})();
const below = (n: number): number => Math.floor(random() * n);
const digits = (n: number): string => Array.from({ length: n }, () => below(10)).join("");
const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);
const anyNumber = (): number => {
  do words.set([below(2 ** 32), below(2 ** 32)]);
  while (!Number.isFinite(bits[0]!));
  return bits[0]!;
};
const subnormal = (): number => {
  words.set([below(2 ** 32), below(2 ** 20)]);
  return bits[0]!;
};
/** The decimal that lies exactly between a number and the next. */
const halfway = (): string => {
  bits[0] = Math.abs(anyNumber());
  const exponent = words[1]! >>> 20;
  const mantissa = (BigInt(words[1]! & 0xfffff) << 32n) | BigInt(words[0]!) | (exponent > 0 ? 1n << 52n : 0n);
  const power = Math.max(exponent, 1) - 1076;
  const between = 2n * mantissa + 1n;
  return power >= 0 ? String(between << BigInt(power)) : `${between * 5n ** BigInt(-power)}e${power}`;
};

const kinds: [string, () => string][] = [
  ["any f64, as JavaScript writes it", () => String(anyNumber())],
  ["f32 scores with all their digits as f64", () => String(Math.fround(random() * 20 - 10))],
  ["scores of 9 digits", () => (random() * 20 - 10).toPrecision(9)],
  ["subnormals", () => subnormal().toExponential(below(21))],
  ["numpy's %.18e", () => anyNumber().toExponential(18)],
  ["fixed point", () => (random() * 10 ** below(20)).toFixed(below(20))],
  ["whole numbers", () => digits(1 + below(24))],
  ["more digits than matter", () => `${digits(1 + below(25))}.${digits(below(40))}`],
  ["zeros before the first digit", () => `0.${"0".repeat(below(30))}${digits(1 + below(20))}`],
  ["large and small powers", () => `${digits(1 + below(19))}E${["", "-", "+"][below(3)]}${below(360)}`],
  ["halfway between two numbers", halfway],
  ["halfway between whole numbers", () => String(2n ** BigInt(53 + below(10)) + BigInt(below(4096)))],
  ["no digit before or after the point", () => (below(2) ? `.${digits(1 + below(9))}` : `${digits(1 + below(9))}.`)],
];

it("the kernel is tested here, not its fallback", () => expect(hasWasm()).toBe(true));

describe.each<Implementation>(["wasm", "reference"])("records, %s", (which) => {
  it.each(kinds)("equals Number(): %s", (_, make) => {
    const texts = Array.from({ length: 4000 }, () => ["", "-", "+"][below(3)] + make().replace("-", ""));
    const text = `${texts.join("\n")}\n`;
    const [parser, length] = parserOf(which, { delimiter: 44, runs: [1] }, text, texts.length);
    let row = 0;
    for (let from = 0; row < texts.length; row++) {
      const { records, position } = parser.parse(from, length, row, texts.length);
      for (const end = row + records; row < end; row++) {
        if (!Object.is(parser.values[row], Number(texts[row])))
          expect(`${texts[row]}: ${parser.values[row]}`).toBe(Number(texts[row]));
      }
      // What the first 19 digits do not decide is left to Number().
      if (row < texts.length) expect(texts[row]!.replaceAll(/e.*|\D/gi, "").length).toBeGreaterThan(19);
      from = parser.input.indexOf(10, position) + 1;
    }
    parser.release();
  });

  it.each<[string, number[], string, unknown[]]>([
    ["numbers", [2], "1,-2.5\n3e2,+.5\n", [[1, -2.5, 300, 0.5], [], 2, ""]],
    [
      "edges of f64",
      [3],
      "1e308,2e308,-1e-400\n5e-324,2.47e-324,-0\n",
      [[1e308, Infinity, -0, 5e-324, 0, -0], [], 2, ""],
    ],
    ["spaces, CRLF and blank lines", [2], " 1 ,2\r\n\r\n\n3, 4 \r\n", [[1, 2, 3, 4], [], 4, ""]],
    [
      "words",
      [4],
      "inf,-Infinity,+INF,nan\nNA,-inf,1,2\n",
      [[Infinity, -Infinity, Infinity, NaN, NaN, -Infinity, 1, 2], [], 2, ""],
    ],
    ["quotes around fields", [1, 1], '"1","a,b"," 2 "\n', [[1, 2], ["a,b"], 1, ""]],
    [
      "texts first, between and last",
      [0, 1, 1, 0],
      "a,1,bc,2,\ndé,3,,4,x\r\n",
      [[1, 2, 3, 4], ["a", "bc", "", "dé", "", "x"], 2, ""],
    ],
    ["no word", [1], "1\nx\n", [[1], [], 1, "x\n"]],
    ["half a word", [1], "1\ninfin\n", [[1], [], 1, "infin\n"]],
    ["a sign alone", [1], "1\n-\n", [[1], [], 1, "-\n"]],
    ["a point alone", [1], "1\n.\n", [[1], [], 1, ".\n"]],
    ["an exponent without digits", [1], "1\n2e+\n", [[1], [], 1, "2e+\n"]],
    ["two points", [1], "1\n1.2.3\n", [[1], [], 1, "1.2.3\n"]],
    ["hexadecimal", [1], "1\n0x10\n", [[1], [], 1, "0x10\n"]],
    ["a field too few", [2], "1,2\n3\n", [[1, 2], [], 1, "3\n"]],
    ["a field too many", [2], "1,2\n3,4,5\n", [[1, 2], [], 1, "3,4,5\n"]],
    ["a text too few", [1, 0], "1,a\n3\n", [[1], ["a"], 1, "3\n"]],
    ["a text too many", [1, 0], "1,a\n3,b,c\n", [[1], ["a"], 1, "3,b,c\n"]],
    ["an empty number", [2], "1,2\n,4\n", [[1, 2], [], 1, ",4\n"]],
    ["a quoted quote", [0, 1], 'a,1\n"b""",2\n', [[1], ["a"], 1, '"b""",2\n']],
    ["a quote that goes on", [0, 1], 'a,1\n"b\nc",2\n', [[1], ["a"], 1, '"b\nc",2\n']],
    ["a NUL", [0, 1], "a,1\n\0,2\n", [[1], ["a"], 1, "\0,2\n"]],
  ])("%s", (_, runs, text, expected) => {
    expect(parsed(which, { delimiter: 44, runs }, text)).toEqual(expected);
  });

  it("a space may be the delimiter", () =>
    expect(parsed(which, { delimiter: 32, runs: [2] }, "1 2\n3  4\n")).toEqual([[1, 2], [], 1, "3  4\n"]));

  it("stops after as many records as are wanted, and goes on from there", () => {
    const [parser, length] = parserOf(which, { delimiter: 9, runs: [1, 0] }, "1\ta\n2\tb\n3\tc\n", 3);
    expect(parser.parse(0, length, 0, 2)).toEqual({ records: 2, lines: 2, position: 8 });
    expect(parser.parse(8, length, 2, 1)).toEqual({ records: 1, lines: 1, position: 12 });
    expect([...parser.values]).toEqual([1, 2, 3]);
    parser.release();
  });
});
