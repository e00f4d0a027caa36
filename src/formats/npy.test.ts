import { describe, it } from "vitest";
import { casesOf, corpusBytes, expectCase } from "../../test/support/binaryCorpus.js";
import { cut, expectRefused, poke, type Refusal } from "../../test/support/refusal.js";
import { bytesOf } from "./bytes.js";
import { readNpy } from "./npy.js";
import type { Bytes } from "./table.js";
import { npyHeader } from "./writeNpy.js";

const text = (value: string): Bytes => bytesOf(new TextEncoder().encode(value), "text");
/** An npy header of another type or shape than its (missing) data. */
const claim = (descr: string, shape: number[]): Bytes => bytesOf(npyHeader(descr, shape), "claim.npy");
const twoGigabytes = [0, 0, 0, 128];

const refusals: Refusal[] = [
  [
    "an npy cut in its data",
    corpusBytes("f4.npy", cut(-1)),
    "bad-data",
    "Cannot read f4.npy: the 83 bytes after its header must hold its numbers, got a header that says 7 × 3 of f4",
  ],
  [
    "an npy cut in its header",
    corpusBytes("f4.npy", cut(40)),
    "bad-data",
    "Cannot read f4.npy: its header must end within its 40 bytes, got one that says it has 118",
  ],
  [
    "an npy whose header says that it is longer than the file",
    corpusBytes("f4.npy", poke(8, 0, 255)),
    "bad-data",
    "Cannot read f4.npy: its header must end within its 212 bytes, got one that says it has 65280",
  ],
  [
    "an npy of version 2 cut in its length",
    corpusBytes("version-2.npy", cut(11)),
    "bad-data",
    "Cannot read version-2.npy: an npy array of version 2 must have at least 12 bytes, got 11",
  ],
  [
    "an npy cut in its magic",
    corpusBytes("f4.npy", cut(5)),
    "bad-data",
    "Cannot read f4.npy: an npy array must have at least 10 bytes, got 5",
  ],
  [
    "text called npy",
    text("0.1,0.2\n0.3,0.4\n"),
    "bad-data",
    "Cannot read text: an npy array must begin with 93 4e 55 4d 50 59, got 30 2e 31 2c 30 2e",
  ],
  [
    "an npy of a version that does not exist",
    corpusBytes("f4.npy", poke(6, 9)),
    "bad-data",
    "Cannot read f4.npy: its npy version must be 1, 2 or 3, got 9",
  ],
  [
    "an npy that claims a header of 2 GB",
    corpusBytes("version-2.npy", poke(8, ...twoGigabytes)),
    "bad-data",
    "Cannot read version-2.npy: its header must be at most 67108864 bytes, got 2147483648",
  ],
  [
    "an npy that claims data of 4 GB",
    claim("<f4", [1_000_000, 1000]),
    "bad-data",
    "Cannot read claim.npy: the 0 bytes after its header must hold its numbers, got a header that says 1000000 × 1000 of f4",
  ],
  [
    "an npy that claims more than there are numbers for",
    claim("<f4", [2 ** 40, 2 ** 40]),
    "bad-data",
    "Cannot read claim.npy: its size must be a real one, got 1099511627776 × 1099511627776",
  ],
  [
    "an npy header that is not a dictionary",
    corpusBytes("f4.npy", poke(10, ...new Array(60).fill(32))),
    "bad-data",
    /its npy header must have fortran_order, got/,
  ],
  [
    "an npy of Python objects",
    corpusBytes("broken-objects.npy"),
    "unsupported",
    "Cannot read broken-objects.npy: its type must be numbers or text, got pickled Python objects",
  ],
  [
    "an npy of records",
    corpusBytes("broken-record.npy"),
    "unsupported",
    "Cannot read broken-record.npy: its type must be a plain number, got a record of named fields",
  ],
  [
    "an npy of complex numbers",
    corpusBytes("broken-complex.npy"),
    "unsupported",
    "Cannot read broken-complex.npy: its type must be f2, f4, f8, an integer, bool or text, got <c8",
  ],
  [
    "an npy of text",
    corpusBytes("broken-text.npy"),
    "bad-data",
    "Cannot read broken-text.npy: scores must be numbers, got text (U3)",
  ],
  [
    "an npy without rows",
    corpusBytes("broken-no-rows.npy"),
    "bad-data",
    "Cannot use broken-no-rows.npy: it must have at least one row and one class, got 0 × 3",
  ],
  [
    "an npy of four axes",
    corpusBytes("broken-4-axes.npy"),
    "bad-data",
    "Cannot use broken-4-axes.npy: its shape must be rows × classes, got 2 × 2 × 2 × 2",
  ],
  [
    "a 3-D npy whose axes are not named",
    corpusBytes("replicates-C.npy"),
    "ambiguous",
    "Cannot use replicates-C.npy: a 3-D array (7 × 3 × 3) must come with the meaning of its axes, got none",
  ],
  [
    "a 3-D npy whose axes are named wrongly",
    corpusBytes("replicates-C.npy"),
    "bad-argument",
    "Cannot use replicates-C.npy: axes must be a permutation of rows,replicates,classes, got rows,cols,classes",
    { axes: ["rows", "cols", "classes"] },
  ],
  [
    "a 3-D npy whose replicate is not chosen",
    corpusBytes("replicates-C.npy"),
    "ambiguous",
    "Cannot use replicates-C.npy: one of its 3 replicates, or their mean, must be chosen, got none",
    { axes: ["rows", "replicates", "classes"] },
  ],
  [
    "a replicate that is not there",
    corpusBytes("replicates-C.npy"),
    "bad-argument",
    "Cannot use replicates-C.npy: replicate must be mean or an integer in [0, 2], got 3",
    { axes: ["rows", "replicates", "classes"], replicate: 3 },
  ],
];

describe("readNpy", () => {
  it.each(casesOf("npy").filter(({ file }) => !file.endsWith(".gz")))(
    "reads what $file holds: $options",
    async (expected) => {
      await expectCase(await readNpy(corpusBytes(expected.file), expected.options), expected);
    },
  );

  it.each(refusals)("refuses %s", async (...refusal) => {
    await expectRefused(readNpy, refusal);
  });
});
