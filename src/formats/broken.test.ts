import { describe, expect, it } from "vitest";
import { corpusBytes } from "../../test/support/binaryCorpus.js";
import { LogitsError } from "../core/index.js";
import { readArrow } from "./arrow.js";
import { bytesOf } from "./bytes.js";
import { gunzip } from "./gzip.js";
import { readNpy } from "./npy.js";
import { readNpz } from "./npz.js";
import { readParquet } from "./parquet.js";
import { readPt } from "./pt.js";
import { readSafetensors } from "./safetensors.js";
import type { Bytes, RawTable, ReadOptions } from "./table.js";
import { npyHeader } from "./writeNpy.js";

type Reader = (bytes: Bytes, options: ReadOptions) => Promise<RawTable>;

const gz: Reader = async (bytes, options) => readNpy(await gunzip(bytes), options);
const cut = (length: number) => (data: Uint8Array) => data.slice(0, length < 0 ? data.length + length : length);
const poke =
  (at: number, ...values: number[]) =>
  (data: Uint8Array) =>
    data.set(values, at < 0 ? data.length + at : at);
const text = (value: string): Bytes => bytesOf(new TextEncoder().encode(value), "text");
/** An npy header of another type or shape than its (missing) data. */
const claim = (descr: string, shape: number[]): Bytes => bytesOf(npyHeader(descr, shape), "claim.npy");
const safetensors = (header: string, data = 0): Bytes => {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytesOf(bytes, "made.safetensors");
};
const twoGigabytes = [0, 0, 0, 128];

/** What is wrong, the file, its reader, and what the message must say: what, where, the value found. */
const cases: [
  why: string,
  bytes: Bytes,
  reader: Reader,
  code: string,
  message: string | RegExp,
  options?: ReadOptions,
][] = [
  [
    "an npy cut in its data",
    corpusBytes("f4.npy", cut(-1)),
    readNpy,
    "bad-data",
    "Cannot read f4.npy: it must have at least 212 bytes, got 211",
  ],
  [
    "an npy cut in its header",
    corpusBytes("f4.npy", cut(40)),
    readNpy,
    "bad-data",
    "Cannot read f4.npy: it must have at least 128 bytes, got 40",
  ],
  [
    "an npy cut in its magic",
    corpusBytes("f4.npy", cut(5)),
    readNpy,
    "bad-data",
    "Cannot read f4.npy: it must have at least 10 bytes, got 5",
  ],
  [
    "text called npy",
    text("0.1,0.2\n0.3,0.4\n"),
    readNpy,
    "bad-data",
    "Cannot read text: an npy array must begin with 93 4e 55 4d 50 59, got 30 2e 31 2c 30 2e",
  ],
  [
    "an npy of a version that does not exist",
    corpusBytes("f4.npy", poke(6, 9)),
    readNpy,
    "bad-data",
    "Cannot read f4.npy: its npy version must be 1, 2 or 3, got 9",
  ],
  [
    "an npy that claims a header of 2 GB",
    corpusBytes("version-2.npy", poke(8, ...twoGigabytes)),
    readNpy,
    "bad-data",
    "Cannot read version-2.npy: its header must be at most 67108864 bytes, got 2147483648",
  ],
  [
    "an npy that claims data of 4 GB",
    claim("<f4", [1_000_000, 1000]),
    readNpy,
    "bad-data",
    "Cannot read claim.npy: it must have at least 4000000128 bytes, got 128",
  ],
  [
    "an npy that claims more than there are numbers for",
    claim("<f4", [2 ** 40, 2 ** 40]),
    readNpy,
    "bad-data",
    "Cannot read claim.npy: its size must be a real one, got 1099511627776 × 1099511627776",
  ],
  [
    "an npy header that is not a dictionary",
    corpusBytes("f4.npy", poke(10, ...new Array(60).fill(32))),
    readNpy,
    "bad-data",
    /its npy header must have fortran_order, got/,
  ],
  [
    "an npy of Python objects",
    corpusBytes("broken-objects.npy"),
    readNpy,
    "unsupported",
    "Cannot read broken-objects.npy: its type must be numbers or text, got pickled Python objects",
  ],
  [
    "an npy of records",
    corpusBytes("broken-record.npy"),
    readNpy,
    "unsupported",
    "Cannot read broken-record.npy: its type must be a plain number, got a record of named fields",
  ],
  [
    "an npy of complex numbers",
    corpusBytes("broken-complex.npy"),
    readNpy,
    "unsupported",
    "Cannot read broken-complex.npy: its type must be f2, f4, f8, an integer, bool or text, got <c8",
  ],
  [
    "an npy of text",
    corpusBytes("broken-text.npy"),
    readNpy,
    "bad-data",
    "Cannot read broken-text.npy: scores must be numbers, got text (U3)",
  ],
  [
    "an npy without rows",
    corpusBytes("broken-no-rows.npy"),
    readNpy,
    "bad-data",
    "Cannot use broken-no-rows.npy: it must have at least one row and one class, got 0 × 3",
  ],
  [
    "an npy of four axes",
    corpusBytes("broken-4-axes.npy"),
    readNpy,
    "bad-data",
    "Cannot use broken-4-axes.npy: its shape must be rows × classes, got 2 × 2 × 2 × 2",
  ],
  [
    "a 3-D npy whose axes are not named",
    corpusBytes("replicates-C.npy"),
    readNpy,
    "ambiguous",
    "Cannot use replicates-C.npy: a 3-D array (7 × 3 × 3) must come with the meaning of its axes, got none",
  ],
  [
    "a 3-D npy whose axes are named wrongly",
    corpusBytes("replicates-C.npy"),
    readNpy,
    "bad-argument",
    "Cannot use replicates-C.npy: axes must be a permutation of rows,replicates,classes, got rows,cols,classes",
    { axes: ["rows", "cols", "classes"] },
  ],
  [
    "a 3-D npy whose replicate is not chosen",
    corpusBytes("replicates-C.npy"),
    readNpy,
    "ambiguous",
    "Cannot use replicates-C.npy: one of its 3 replicates, or their mean, must be chosen, got none",
    { axes: ["rows", "replicates", "classes"] },
  ],
  [
    "a replicate that is not there",
    corpusBytes("replicates-C.npy"),
    readNpy,
    "bad-argument",
    "Cannot use replicates-C.npy: replicate must be mean or an integer in [0, 2], got 3",
    { axes: ["rows", "replicates", "classes"], replicate: 3 },
  ],
  [
    "an npz cut short",
    corpusBytes("stored.npz", cut(-30)),
    readNpz,
    "bad-data",
    "Cannot read stored.npz: a zip archive must end with its directory, got none",
  ],
  [
    "an npz whose data were altered",
    corpusBytes("stored.npz", poke(200, 1, 2, 3)),
    readNpz,
    "bad-data",
    "Cannot read logits.npy in stored.npz: its compressed data must be whole, got damaged or missing bytes",
  ],
  [
    "a deflated npz whose data were altered",
    corpusBytes("deflated.npz", poke(120, 1, 2, 3)),
    readNpz,
    "bad-data",
    "Cannot read logits.npy in deflated.npz: its compressed data must be whole, got damaged or missing bytes",
  ],
  [
    "an archive bomb",
    corpusBytes("broken-bomb.npz"),
    readNpz,
    "bad-data",
    /^Cannot read logits.npy in broken-bomb.npz: its decompressed data must be at most 200 times its compressed size \(\d+\), got 71303296 or more$/,
  ],
  [
    "two arrays that may be the scores",
    corpusBytes("broken-two-floats.npz"),
    readNpz,
    "ambiguous",
    "Cannot read broken-two-floats.npz: one array must be the scores, got a (7 × 3), b (7 × 3)",
  ],
  [
    "two arrays that may be the labels",
    corpusBytes("broken-two-labels.npz"),
    readNpz,
    "ambiguous",
    "Cannot read broken-two-labels.npz: one array must be the labels, got labels (7), target (7)",
  ],
  [
    "no array that may be the scores",
    corpusBytes("broken-no-scores.npz"),
    readNpz,
    "bad-data",
    "Cannot use n: its shape must be rows × classes, got a single number",
  ],
  [
    "fewer labels than rows",
    corpusBytes("broken-label-rows.npz"),
    readNpz,
    "bad-data",
    "Cannot use labels: it must have one entry for each of the 7 rows of logits, got 5",
  ],
  [
    "a key that is not there",
    corpusBytes("stored.npz"),
    readNpz,
    "bad-argument",
    "Cannot read stored.npz: the key of the scores must be one of its arrays, logits (7 × 3), labels (7), got nothing",
    { logitsKey: "nothing" },
  ],
  [
    "a gzip cut short",
    corpusBytes("f4.npy.gz", cut(-20)),
    gz,
    "bad-data",
    "Cannot read f4.npy.gz: its compressed data must be whole, got damaged or missing bytes",
  ],
  [
    "a gzip whose sum is wrong",
    corpusBytes("f4.npy.gz", poke(-8, 1, 2, 3, 4)),
    gz,
    "bad-data",
    "Cannot read f4.npy.gz: its compressed data must be whole, got damaged or missing bytes",
  ],
  [
    "a safetensors that claims a header of 2 GB",
    corpusBytes("f4.safetensors", poke(0, ...twoGigabytes)),
    readSafetensors,
    "bad-data",
    "Cannot read f4.safetensors: its header must be at most 67108864 bytes, got 2147483648",
  ],
  [
    "a safetensors cut short",
    corpusBytes("f4.safetensors", cut(-1)),
    readSafetensors,
    "bad-data",
    /^Cannot read f4.safetensors: it must have at least \d+ bytes, got \d+$/,
  ],
  [
    "a safetensors whose header is not JSON",
    corpusBytes("f4.safetensors", poke(8, 0)),
    readSafetensors,
    "bad-data",
    "Cannot read f4.safetensors: its header must be a JSON object of tensors, got something else",
  ],
  [
    "a tensor whose bytes are not those of its shape",
    safetensors('{"logits":{"dtype":"F32","shape":[2,2],"data_offsets":[0,12]}}', 12),
    readSafetensors,
    "bad-data",
    "Cannot read made.safetensors: its tensor logits (2 × 2 F32) must have 16 bytes, got 12",
  ],
  [
    "a tensor of negative size",
    safetensors('{"logits":{"dtype":"F32","shape":[-2,-2],"data_offsets":[0,16]}}', 16),
    readSafetensors,
    "bad-data",
    "Cannot read made.safetensors: its tensor logits must have a shape and data_offsets, got neither",
  ],
  [
    "a .pt that would run a command",
    corpusBytes("broken-malicious.pt"),
    readPt,
    "unsupported",
    /^Cannot read broken-malicious.pt: it may hold only tensors, and dictionaries and lists of them, got (posix|os|nt).system$/,
  ],
  [
    "a .pt that holds a module",
    corpusBytes("broken-module.pt"),
    readPt,
    "unsupported",
    "Cannot read broken-module.pt: it may hold only tensors, and dictionaries and lists of them, got torch.nn.modules.linear.Linear",
  ],
  [
    "a .pt of before PyTorch 1.6",
    corpusBytes("broken-legacy.pt"),
    readPt,
    "unsupported",
    "Cannot read broken-legacy.pt: it must be the zip archive that PyTorch writes since 1.6, got an older form",
  ],
  [
    "a plain pickle",
    corpusBytes("broken-plain.pkl"),
    readPt,
    "unsupported",
    "Cannot read broken-plain.pkl: it must be the zip archive that PyTorch writes since 1.6, got an older form",
  ],
  [
    "an npz called .pt",
    corpusBytes("stored.npz"),
    readPt,
    "bad-data",
    "Cannot read stored.npz: it must hold data.pkl, got none",
  ],
  [
    "text called Parquet",
    text("PAR1 but not really"),
    readParquet,
    "bad-data",
    'Cannot read text: a Parquet file must end with PAR1, got "ally"',
  ],
  [
    "a Parquet cut short",
    corpusBytes("columns-snappy.parquet", cut(-4)),
    readParquet,
    "bad-data",
    /^Cannot read columns-snappy.parquet: a Parquet file must end with PAR1, got /,
  ],
  [
    "a Parquet that claims a footer of 2 GB",
    corpusBytes("columns-snappy.parquet", poke(-8, ...twoGigabytes)),
    readParquet,
    "bad-data",
    /^Cannot read columns-snappy.parquet: its footer must be at most \d+ bytes, got 2147483648$/,
  ],
  [
    "a Parquet without rows",
    corpusBytes("broken-no-rows.parquet"),
    readParquet,
    "bad-data",
    "Cannot read broken-no-rows.parquet: it must have at least one row, got 0",
  ],
  [
    "a Parquet with a missing score",
    corpusBytes("broken-null.parquet"),
    readParquet,
    "bad-data",
    "Cannot read broken-null.parquet: row 1 of column a must have a value, got null",
  ],
  [
    "a Parquet with a missing list",
    corpusBytes("broken-null-list.parquet"),
    readParquet,
    "bad-data",
    "Cannot read broken-null-list.parquet: row 1 of column logits must have a value, got null",
  ],
  [
    "a Parquet with a short list",
    corpusBytes("broken-ragged.parquet"),
    readParquet,
    "bad-data",
    "Cannot read broken-ragged.parquet: row 1 of column logits must have 2 scores like the first, got 1",
  ],
  [
    "a column of text that is nothing",
    corpusBytes("broken-text-column.parquet"),
    readParquet,
    "bad-data",
    "Cannot read broken-text-column.parquet: column note must be numbers, or the label, id or a slice, got text",
  ],
  [
    "two columns that may be the labels",
    corpusBytes("broken-two-labels.parquet"),
    readParquet,
    "ambiguous",
    "Cannot read broken-two-labels.parquet: one column must be the labels, got label, y",
  ],
  [
    "two columns of lists",
    corpusBytes("broken-two-lists.parquet"),
    readParquet,
    "ambiguous",
    "Cannot read broken-two-lists.parquet: one column of lists must be the scores, got x, z",
  ],
  [
    "a label column that is not there",
    corpusBytes("broken-null.parquet"),
    readParquet,
    "bad-argument",
    "Cannot read broken-null.parquet: the label column must be one of a, b, got c",
    { labelsColumn: "c" },
  ],
  [
    "an Arrow file cut short",
    corpusBytes("columns.arrow", cut(-100)),
    readArrow,
    "bad-data",
    "Cannot read columns.arrow: an Arrow file must end with ARROW1, got something else",
  ],
  [
    "an Arrow stream cut short",
    corpusBytes("fixed.arrows", cut(700)),
    readArrow,
    "bad-data",
    "Cannot read fixed.arrows: its Arrow messages must be whole, got damaged or missing bytes",
  ],
  [
    "an Arrow stream that claims a header of 2 GB",
    corpusBytes("fixed.arrows", poke(4, 0, 0, 0, 127)),
    readArrow,
    "bad-data",
    "Cannot read fixed.arrows: its Arrow messages must be whole, got damaged or missing bytes",
  ],
  [
    "an Arrow file with a missing score",
    corpusBytes("broken-null.arrow"),
    readArrow,
    "bad-data",
    "Cannot read broken-null.arrow: row 1 of column a must have a value, got null",
  ],
];

describe("broken and unclear files", () => {
  it.each(cases)(
    "%s: one line that says what, where and what to do",
    async (_, bytes, reader, code, message, options = {}) => {
      const before = process.memoryUsage().arrayBuffers;
      let error: unknown;
      try {
        for await (const block of (await reader(bytes, options)).blocks(1000)) expect(block.rows).toBeGreaterThan(0);
      } catch (thrown) {
        error = thrown;
      }
      if (!LogitsError.isInstance(error)) throw new Error("it was read", { cause: error });
      if (typeof message === "string") expect(error.message).toBe(message);
      else expect(error.message).toMatch(message);
      expect(error.code).toBe(code);
      expect(error.message).not.toMatch(/\n/);
      if (code !== "bad-argument") expect(error.hint).toMatch(/^[^\n]+$/);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26);
    },
  );
});
