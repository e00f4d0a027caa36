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

/** What is written by programs, a text of each length beside one of any other. */
const shapes: [string, () => string][] = [
  ["1 to 25 digits with a point anywhere", () => pointed(1 + below(25))],
  ["1 to 8 digits with a point anywhere", () => pointed(1 + below(8))],
  ["15 to 20 digits with a point anywhere", () => pointed(15 + below(6))],
  ["6 digits after the point", () => (random() * 40 - 20).toFixed(6)],
  ["17 digits, and zeros before them", () => `${sign()}${"0".repeat(below(3))}.${"0".repeat(below(5))}${digits(17)}`],
  ["one digit, a point and 14 to 30 more", () => `${sign()}${below(10)}.${digits(14 + below(17))}`],
  ["1 to 14 digits after the point, the same for all", () => sign() + digits(1 + below(2)) + fraction()],
  ["16 to 18 digits that count", () => sign() + ((random() * 10) ** (1 + below(5))).toPrecision(16 + below(3))],
  ["next to halfway between two numbers", () => sign() + nextToHalfway()],
  ["halfway between two numbers in 17 digits", () => `${sign()}${2 ** 52 + below(2 ** 32) * below(2 ** 20)}.5`],
  ["anything among plain numbers", () => (below(9) ? pointed(1 + below(19)) : kinds[below(kinds.length)]![1]())],
];

/** Of one length for some thousands of numbers. */
let fractions = 0;
const fraction = (): string => `.${digits(1 + (Math.floor(fractions++ / 700) % 14))}`;
const sign = (): string => (below(2) ? "-" : "");

/** A number of 16 or 17 digits as close to the middle between two as there is one, or the next. */
function nextToHalfway(): string {
  const value = 2 ** -4 * (1 + random()) * 2 ** below(8);
  const power = 52 - Math.floor(Math.log2(value));
  const scale = 10n ** BigInt(16 - (value >= 10 ? 1 : 0));
  const middle = ((2n * BigInt(value * 2 ** power) + 1n) * scale) >> BigInt(power + 1);
  const text = String(middle + BigInt(below(3)) - 1n).padStart(String(scale).length, "0");
  const point = text.length - String(scale).length + 1;
  return `${text.slice(0, point)}.${text.slice(point)}`;
}

function pointed(count: number): string {
  const text = digits(count);
  const place = below(count + 2);
  return `${below(2) ? "-" : ""}${place > count ? text : `${text.slice(0, place)}.${text.slice(place)}`}`;
}

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

  it.each([...kinds, ...shapes])("equals Number() in rows of many: %s", (_, make) => {
    const rows = Array.from({ length: 100 }, () => Array.from({ length: 100 }, make));
    const text = rows.map((row) => `${row.join(",")}\n`).join("");
    const [parser, length] = parserOf(which, { delimiter: 44, runs: [100] }, text, rows.length);
    for (let from = 0, row = 0; row < rows.length; row++) {
      const { records, position } = parser.parse(from, length, row, 1);
      const texts = rows[row]!;
      if (records === 0) expect(texts.some((one) => one.replaceAll(/e.*|\D/gi, "").length > 19)).toBe(true);
      else
        for (let k = 0; k < 100; k++) {
          if (!Object.is(parser.values[100 * row + k], Number(texts[k])))
            expect(`${texts[k]}: ${parser.values[100 * row + k]}`).toBe(Number(texts[k]));
        }
      from = parser.input.indexOf(10, position) + 1;
      if (records > 0) from = position;
    }
    parser.release();
  });

  const wide = Array.from({ length: 40 }, (_, k) => k - 20);
  it.each<[string, string]>([
    ["no word", "x"],
    ["two points", "1.2.3"],
    ["a minus within", "1-2"],
    ["two minuses", "--1"],
    ["a minus alone", "-"],
    ["a point alone", "."],
    ["a minus and a point", "-."],
    ["nothing", ""],
    ["a slash, the byte before 0", "1/2"],
    ["a colon, the byte after 9", "1:2"],
    ["a letter of two bytes", "1é"],
    ["a no-break space", "1\u00a02"],
    ["a line's end", "1\n2"],
    ["a text of more than 32 bytes", "1".repeat(33) + "x"],
  ])("no number among many: %s", (_, text) => {
    for (let place = 0; place < wide.length - 1; place++) {
      const line = `${wide.with(place, text as never).join(",")}\n`;
      const [values, , lines, rest] = parsed(which, { delimiter: 44, runs: [40] }, `${wide.join(",")}\n${line}`);
      expect([values, lines, rest]).toEqual([wide, 1, line]);
    }
  });

  const among: [string, (k: number) => string][] = [
    ["numbers of any length", (k) => String(1 / k)],
    ["numbers of 6 digits after the point", (k) => (k / 7 - 2.5).toFixed(6)],
    ["numbers of 16 digits after the point", (k) => (k / 7 - 2.51).toFixed(16)],
  ];
  it.each(among)("any byte in any place of a number, among %s", (_, make) => {
    const row = Array.from({ length: 60 }, (_field, k) => make((k % 2 ? -1 : 1) * (k + 3)));
    const samples = ["-1.2345678901234567", "0.12345678901234567", "-0.0012345678901234567", "123456789012.5"];
    const longest = "-1.234567890123456789012345678";
    for (const text of [...samples, longest, "1.234567", "-12.345678", "-.500000", "-9", "0.000000"])
      for (let place = 0; place <= text.length; place++)
        for (const byte of ["", ..." !+-./0123456789:@px~"]) {
          const changed = text.slice(0, place) + byte + text.slice(place + 1);
          const number = /^ *[-+]?(\d+\.?\d*|\.\d+) *$/.test(changed);
          // Numbers are read in pairs, and after many that are alike another way.
          for (const column of [6, 7, 50]) {
            const fields = row.with(column, changed);
            const line = `${fields.join(",")}\n`;
            const [values, , , rest] = parsed(which, { delimiter: 44, runs: [60] }, line);
            // What the first 19 digits do not decide may be left over.
            if (rest === line && changed.replaceAll(/\D/g, "").length > 19) continue;
            const wanted = number ? fields.map(Number) : [];
            if (rest !== (number ? "" : line) || (values as number[]).some((value, k) => !Object.is(value, wanted[k])))
              expect([changed, column, values, rest]).toEqual([changed, column, wanted, number ? "" : line]);
          }
        }
  });

  it.each<[string, string, number]>([
    ["an exponent", "1.5e-3", 0.0015],
    ["a plus", "+2", 2],
    ["spaces", " 3 ", 3],
    ["quotes", '"4"', 4],
    ["infinity", "-inf", -Infinity],
    ["NaN", "nan", Number.NaN],
    ["no digit after the point", "5.", 5],
    ["no digit before the point", "-.5", -0.5],
    ["minus zero", "-0.000", -0],
    ["minus zero at length", "-0.00000000000000000000", -0],
    ["zeros before and after", "000000000000000000012.50000000000000000000", 12.5],
    ["40 digits", `1${"0".repeat(39)}`, 1e39],
  ])("a number among many: %s", (_, text, expected) => {
    for (let place = 0; place < wide.length; place++) {
      const line = `${wide.with(place, text as never).join(",")}\n`;
      const result = parsed(which, { delimiter: 44, runs: [40] }, `${line}${wide.join(",")}\n`);
      expect(result).toEqual([[...wide.with(place, expected), ...wide], [], 2, ""]);
    }
  });

  it("texts between runs of many numbers", () => {
    const run = Array.from({ length: 300 }, (_, k) => (k - 150) / 7);
    const text = `a,${run.join(",")},"b,c",${run.join(",")}\r\n`;
    const [values, texts, lines, rest] = parsed(which, { delimiter: 44, runs: [0, 300, 300] }, text + text);
    expect([values, texts, lines, rest]).toEqual([[...run, ...run, ...run, ...run], ["a", "b,c", "a", "b,c"], 2, ""]);
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
