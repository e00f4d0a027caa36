import { bytesOf, openSource, type ReadOptions } from "logits/formats";
import { describe, expect, it } from "vitest";
import { type Batch, LogitsError } from "../core/index.js";

async function read(
  name: string,
  content: string | Uint8Array,
  options: ReadOptions = {},
): Promise<Batch & { names: string[]; notes: string[] }> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const source = await openSource(bytesOf(bytes, name), options);
  const parts: Batch[] = [];
  for await (const batch of source.batches()) parts.push(batch);
  expect(parts).toHaveLength(1);
  return { ...parts[0]!, names: source.classes, notes: source.notes };
}

describe("text tables", () => {
  it.each<[string, string, string, ReadOptions]>([
    ["comma, header", "a.csv", "cat,dog,label\n1.5,-2,cat\n-3,4,dog\n", {}],
    ["no header", "a.csv", "1.5,-2,0\n-3,4,1\n", { labelsColumn: "2", classes: ["cat", "dog"] }],
    ["tabs", "a.tsv", "cat\tdog\tlabel\n1.5\t-2\tcat\n-3\t4\tdog\n", {}],
    ["semicolons, detected", "a.csv", "cat;dog;label\n1.5;-2;cat\n-3;4;dog\n", {}],
    ["a delimiter of one's own", "a.txt", "cat#dog#label\n1.5#-2#cat\n-3#4#dog\n", { delimiter: "#" }],
    ["byte-order mark and CRLF", "a.csv", "\uFEFFcat,dog,label\r\n1.5,-2,cat\r\n-3,4,dog\r\n", {}],
    [
      "quotes, a quoted delimiter and a quoted quote",
      "a.csv",
      '"cat","dog",label,id\n"1.5",-2,cat,"a, ""b"""\n-3,4,dog,c\n',
      {},
    ],
    ["blank lines and no last newline", "a.csv", "cat,dog,label\n1.5,-2,cat\n\n-3,4,dog", {}],
    ["labels from 1 are said and shifted", "a.csv", "cat,dog,truth\n1.5,-2,1\n-3,4,2\n", {}],
    ["JSON of arrays", "a.json", '{"logits": [[1.5, -2], [-3, 4]], "labels": [0, 1], "classes": ["cat", "dog"]}', {}],
    [
      "JSON lines",
      "a.jsonl",
      '{"logits": [1.5, -2], "label": 0}\n{"logits": [-3, 4], "label": 1}\n',
      { classes: ["cat", "dog"] },
    ],
    [
      "JSON lines with class names in any order",
      "a.jsonl",
      '{"label": "cat", "scores": {"cat": 1.5, "dog": -2}}\n{"label": "dog", "scores": {"dog": 4, "cat": -3}}\n',
      {},
    ],
    [
      "JSON lines without a name to go by",
      "",
      '{"logits": [1.5, -2], "label": 0}\n{"logits": [-3, 4], "label": 1}\n',
      { classes: ["cat", "dog"] },
    ],
  ])("%s", async (_, name, content, options) => {
    const batch = await read(name, content, options);
    expect([...batch.values]).toEqual([1.5, -2, -3, 4]);
    expect([...batch.labels!]).toEqual([0, 1]);
    expect(batch.names).toEqual(["cat", "dog"]);
  });

  it("every number is what Number() makes of it", async () => {
    const texts = [
      "1e-45",
      "3.4028236e38",
      "0.1",
      "-0",
      "123456789.123456789",
      "1E5",
      ".5",
      "5.",
      "+2",
      "4.9406564584124654e-324",
      "1.7976931348623157e308",
      " 7 ",
    ];
    const { values } = await read("a.csv", `a,b\n${texts.map((text) => `${text},-1`).join("\n")}\n`);
    texts.forEach((text, i) => expect(values[2 * i]).toBe(Number(text)));
  });

  it("a masked class may be written -inf, -Infinity or as a JSON string", async () => {
    expect([...(await read("a.csv", "a,b\n-inf,1\n-Infinity,2\n-INF,-3\n")).values]).toEqual([
      -Infinity,
      1,
      -Infinity,
      2,
      -Infinity,
      -3,
    ]);
    expect((await read("a.jsonl", '["-Infinity", 2]\n[-1, 3]')).values[0]).toBe(-Infinity);
  });

  it("a column of text must be said to be a slice", async () => {
    const table = "a,b,label,group\n1,-2,0,x\n-3,4,1,y\n";
    expect((await read("a.csv", table, { sliceColumns: ["group"] })).slices).toEqual({ group: ["x", "y"] });
    await expect(read("a.csv", table)).rejects.toThrow("column group must be numbers");
  });

  it("gzip is looked through", async () => {
    const stream = new Blob(["a,b\n1,-2\n"]).stream().pipeThrough(new CompressionStream("gzip"));
    const packed = new Uint8Array(await new Response(stream).arrayBuffer());
    expect([...(await read("a.csv.gz", packed)).values]).toEqual([1, -2]);
  });

  it("numbers 1 … K without a 0 count from 1; with a 0 they do not", async () => {
    expect((await read("a.csv", "a,b,y\n1,-2,1\n3,-4,2\n")).notes.join(" ")).toContain("counting from 1");
    expect([...(await read("a.csv", "a,b,c,y\n1,-2,0,1\n3,-4,0,2\n")).labels!]).toEqual([1, 2]);
  });
});

const utf16 = Uint8Array.of(0xff, 0xfe, 0x31, 0, 0x2c, 0, 0x32, 0);

// What is wrong, the file, and the sentence that says what, where and what to do.
const broken: [string, string, string | Uint8Array, RegExp][] = [
  ["nothing", "a.csv", "", /must not be empty, got 0 bytes/],
  ["blank lines only", "a.csv", "\n\n", /at least one row, got none/],
  ["a header and no rows", "a.csv", "cat,dog,label\n", /at least one row below its header, got none/],
  [
    "lines that end as on old Macintoshes",
    "a.csv",
    "a,b\r1,-2\r3,4\r",
    /lines must end with LF or CR LF, got CR alone/,
  ],
  ["only what is between fields", "a.csv", "sep=;\n", /at least one row, got none/],
  ["a ragged row", "a.csv", "a,b\n1,-2\n3\n", /every row must have 2 fields, got 1 at line 3/],
  ["a row too long", "a.csv", "a,b\n1,-2\n3,4,5\n", /every row must have 2 fields, got 3 at line 3/],
  ["a quote left open", "a.csv", 'a,b\n"1,-2\n3,4\n', /a quote must be closed, got one left open at line 2/],
  ["text after a closing quote", "a.csv", 'a,b\n"1"x,-2\n', /a closing quote must end its field/],
  ["decimal commas", "a.csv", "a;b\n1,5;-2,25\n3,5;1,0\n", /numbers must have a decimal point, got 1,5 at line 2/],
  ["a word among numbers", "a.csv", "a,b\n1,-2\n3,oops\n1,2\n", /column b must be a number, got "oops" at line 3/],
  ["an empty field", "a.csv", "a,b\n1,-2\n3,\n1,2\n", /column b must be a number, got nothing at line 3/],
  ["a name used twice", "a.csv", "a,a\n1,-2\n", /column names must differ, got a twice/],
  ["two label columns", "a.csv", "a,b,label,y\n1,-2,0,0\n", /one column must be the labels, got label, y/],
  ["a label out of range", "a.csv", "a,b,label\n1,-2,0\n3,4,5\n", /must be an integer in \[0, 1\], got 5 in row 1/],
  ["a label that is missing", "a.csv", "a,b,label\n1,-2,0\n3,4,\n1,2,0\n", /got none in row 1/],
  ["a label that is half", "a.csv", "a,b,label\n1,-2,0\n3,4,0.5\n", /must be an integer in \[0, 1\], got 0.5 in row 1/],
  [
    "a class nobody knows",
    "a.csv",
    "cat,dog,label\n1,-2,cat\n3,4,bird\n",
    /must be one of the classes, got "bird" in row 1/,
  ],
  ["UTF-16", "a.csv", utf16, /text must be UTF-8, got UTF-16/],
  ["Latin-1", "a.csv", Uint8Array.of(0x61, 0x2c, 0xe9, 0x0a, 0x31, 0x2c, 0x32), /text must be UTF-8, got other bytes/],
  ["NUL bytes", "a.csv", Uint8Array.of(0x31, 0x2c, 0, 0x32, 0x0a), /must not hold NUL bytes/],
  ["JSON cut short", "a.json", '{"logits": [[1, 2], [3', /must be JSON/],
  ["JSON with NaN", "a.json", "[[1, NaN]]", /must be JSON/],
  ["JSON of words", "a.json", '"hello"', /must hold rows of scores/],
  ["JSON without scores", "a.json", '{"foo": 1}', /an array of scores/],
  ["no rows in JSON", "a.json", "[]", /at least one row, got none/],
  [
    "labels that are too few",
    "a.json",
    '{"logits": [[1, 2], [3, -4]], "labels": [0]}',
    /labels must have one entry a row \(2\), got 1/,
  ],
  ["rows of different length", "a.jsonl", "[1, -2]\n[1, 2, 3]", /every row must have 2 scores, got 3 in row 1/],
  ["a null score", "a.jsonl", "[1, null]", /every score must be a number, got null in line 1, column 1/],
  [
    "a row without a label",
    "a.jsonl",
    '{"logits": [1, -2], "label": 0}\n{"logits": [1, -2]}',
    /every row must have a label, got none in row 1/,
  ],
  [
    "other class names in a later row",
    "a.jsonl",
    '{"scores": {"a": 1, "b": -2}}\n{"scores": {"a": 1, "c": -2}}',
    /every row must have the class b, got a, c in row 1/,
  ],
  ["a line that is no JSON", "a.jsonl", "[1, -2]\nhello", /line 2 must be JSON/],
];

describe("broken text", () => {
  it.each(broken)("%s: one sentence, what and where", async (_, name, content, message) => {
    const error = await read(name, content).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LogitsError);
    expect((error as LogitsError).message).toMatch(message);
    expect((error as LogitsError).message).not.toContain("\n");
  });
});
