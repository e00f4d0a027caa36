import { readFileSync } from "node:fs";
import { bytesOf, concatSources, openSource, type ReadOptions } from "logits/formats";
import { describe, expect, it } from "vitest";
import type { Source } from "../core/index.js";
import { labelReader, initLabels, addLabels } from "./labels.js";

const open = (name: string, text: string, options: ReadOptions = {}): Promise<Source> =>
  openSource(bytesOf(new TextEncoder().encode(text), name), options);

interface Table {
  classes: string[];
  values: number[];
  labels: number[] | undefined;
  ids: string[] | undefined;
  notes: string;
}

async function tableOf(source: Source): Promise<Table> {
  const table: Table = { classes: source.classes, values: [], labels: undefined, ids: undefined, notes: "" };
  for await (const { values, labels, ids } of source.batches()) {
    table.values.push(...values);
    if (labels) table.labels = [...(table.labels ?? []), ...labels];
    if (ids) table.ids = [...(table.ids ?? []), ...ids];
  }
  return { ...table, notes: source.notes.join("\n") };
}

const scores = [1.5, -2, -3, 4.25, 0.5, 0.25];
const cases: [why: string, name: string, text: string, options: ReadOptions, expected: Partial<Table>][] = [
  [
    "to_csv of pandas writes its index first and gives it no name",
    "a.csv",
    ",cat,dog,label\n0,1.5,-2,cat\n1,-3,4.25,dog\n2,0.5,0.25,cat\n",
    {},
    { classes: ["cat", "dog"], values: scores, labels: [0, 1, 0], ids: ["0", "1", "2"] },
  ],
  [
    "an index before columns that have only numbers for names",
    "a.csv",
    ",0,1\n0,1.5,-2\n1,-3,4.25\n2,0.5,0.25\n",
    {},
    { classes: ["0", "1"], values: scores, ids: ["0", "1", "2"] },
  ],
  [
    "columns that have only numbers for names, without an index",
    "a.csv",
    "0,1,2\n1.5,-2,-3\n4.25,0.5,0.25\n",
    {},
    { classes: ["0", "1", "2"], values: scores, notes: expect.stringMatching(/counts the columns/) },
  ],
  [
    "two such columns, where no row is whole",
    "a.csv",
    "0,1\n1.5,-2\n-3,4.25\n0.5,0.25\n",
    {},
    { classes: ["0", "1"], values: scores },
  ],
  ["a row of the scores 0 and 1 among whole scores is a row", "a.csv", "0,1\n5,-2\n", {}, { values: [0, 1, 5, -2] }],
  [
    "write.table of R names rows, but not their column",
    "a.txt",
    '"cat" "dog" "label"\n"1" 1.5 -2 "cat"\n"2" -3 4.25 "dog"\n"3" 0.5 0.25 "cat"\n',
    {},
    {
      classes: ["cat", "dog"],
      values: scores,
      labels: [0, 1, 0],
      ids: ["1", "2", "3"],
      notes: expect.stringMatching(/as R writes it/),
    },
  ],
  [
    "the same with tabs, without quotes, and rows with names of their own",
    "a.txt",
    "cat\tdog\nfirst\t1.5\t-2\nsecond\t-3\t4.25\nthird\t0.5\t0.25\n",
    {},
    { classes: ["cat", "dog"], values: scores, ids: ["first", "second", "third"] },
  ],
  [
    "write.csv of R gives that column an empty name",
    "a.csv",
    '"","cat","dog","label"\n"1",1.5,-2,"cat"\n"2",-3,4.25,"dog"\n"3",0.5,0.25,"cat"\n',
    {},
    { classes: ["cat", "dog"], values: scores, labels: [0, 1, 0], ids: ["1", "2", "3"] },
  ],
  [
    "Excel may say in a first line what is between fields",
    "a.csv",
    "sep=;\r\ncat;dog;label\r\n1.5;-2;cat\r\n-3;4.25;dog\r\n0.5;0.25;cat\r\n",
    {},
    { classes: ["cat", "dog"], values: scores, labels: [0, 1, 0] },
  ],
  [
    "numpy's savetxt puts a space between numbers",
    "a.txt",
    "1.5e+00 -2.5e+00\n-3.5e+00 4.25e+00\n",
    {},
    { values: [1.5, -2.5, -3.5, 4.25] },
  ],
  [
    "which read_csv and to_csv again call Unnamed: 0",
    "a.csv",
    "Unnamed: 0,cat,dog\n7,1.5,-2\n3,-3,4.25\n9,0.5,0.25\n",
    {},
    { classes: ["cat", "dog"], values: scores, ids: ["7", "3", "9"] },
  ],
  [
    "index is an index",
    "a.csv",
    "index,cat,dog\n0,1.5,-2\n1,-3,4.25\n2,0.5,0.25\n",
    {},
    { classes: ["cat", "dog"], values: scores, ids: ["0", "1", "2"] },
  ],
  [
    "beside an id, an index is not read, and that is said",
    "a.csv",
    ",id,cat,dog\n0,a,1.5,-2\n1,b,-3,4.25\n2,c,0.5,0.25\n",
    {},
    { classes: ["cat", "dog"], values: scores, ids: ["a", "b", "c"], notes: expect.stringMatching(/not read/) },
  ],
  [
    "a prediction may be a slice",
    "a.csv",
    "cat,dog,pred\n1.5,-2,0\n-3,4.25,1\n0.5,0.25,0\n",
    { sliceColumns: ["pred"] },
    { classes: ["cat", "dog"], values: scores },
  ],
  [
    "a column of labels in a table without header can be named by its number",
    "a.csv",
    "1.5,-2,0\n-3,4.25,1\n0.5,0.25,0\n",
    { labelsColumn: "2" },
    { values: scores, labels: [0, 1, 0] },
  ],
  [
    "a class called pred is a class when the owner lists it",
    "a.csv",
    "cat,pred\n1.5,-2\n-3,4.25\n0.5,0.25\n",
    { classes: ["cat", "pred"] },
    { classes: ["cat", "pred"], values: scores },
  ],
  [
    "classes 1 … 3 and labels that never reach 3: the labels are those names",
    "a.csv",
    "1,2,3,label\n1.5,-2,0.5,1\n-3,4.25,0.5,2\n0.5,0.25,0.125,1\n",
    {},
    { classes: ["1", "2", "3"], labels: [0, 1, 0] },
  ],
  [
    "True and False are the second and the first class",
    "a.csv",
    "benign,malicious,label\n1.5,-2,False\n-3,4.25,True\n0.5,0.25,False\n",
    {},
    { classes: ["benign", "malicious"], values: scores, labels: [0, 1, 0] },
  ],
  [
    "pandas, orient split: columns have roles as in any table",
    "a.json",
    '{"columns":["cat","dog","label"],"index":[10,11,12],"data":[[1.5,-2,0],[-3,4.25,1],[0.5,0.25,0]]}',
    {},
    { classes: ["cat", "dog"], values: scores, labels: [0, 1, 0] },
  ],
  [
    "pandas, orient records",
    "a.json",
    '[{"cat":1.5,"dog":-2,"label":"cat"},{"cat":-3,"dog":4.25,"label":"dog"},{"cat":0.5,"dog":0.25,"label":"cat"}]',
    {},
    { classes: ["cat", "dog"], values: scores, labels: [0, 1, 0] },
  ],
  [
    "records one a line, in any order of keys",
    "a.jsonl",
    '{"cat":1.5,"dog":-2,"label":"cat","id":"a"}\n{"dog":4.25,"cat":-3,"id":"b","label":"dog"}\n{"cat":0.5,"dog":0.25,"label":"cat","id":"c"}\n',
    {},
    { classes: ["cat", "dog"], values: scores, labels: [0, 1, 0], ids: ["a", "b", "c"] },
  ],
  [
    "one-hot labels in JSON",
    "a.json",
    '{"logits":[[1.5,-2],[-3,4.25],[0.5,0.25]],"labels":[[1,0],[0,1],[1,0]]}',
    {},
    { values: scores, labels: [0, 1, 0] },
  ],
  [
    "labels of shape (n, 1) in JSON",
    "a.json",
    '{"logits":[[1.5,-2],[-3,4.25],[0.5,0.25]],"labels":[[0],[1],[0]]}',
    {},
    { values: scores, labels: [0, 1, 0] },
  ],
  [
    "one-hot labels in JSON lines",
    "a.jsonl",
    '{"logits":[1.5,-2],"label":[1,0]}\n{"logits":[-3,4.25],"label":[0,1]}\n{"logits":[0.5,0.25],"label":[1,0]}\n',
    {},
    { values: scores, labels: [0, 1, 0] },
  ],
  [
    "integers that are neither 0 nor the number of classes: how they are counted is said",
    "a.jsonl",
    '{"logits":[1.5,-2,0.5],"label":1}\n{"logits":[-3,4.25,0.5],"label":2}\n',
    {},
    { labels: [1, 2], notes: expect.stringMatching(/counting from 0.*--label-base 1/) },
  ],
  [
    "unless the owner says it",
    "a.jsonl",
    '{"logits":[1.5,-2,0.5],"label":1}\n{"logits":[-3,4.25,0.5],"label":2}\n',
    { labelBase: 1 },
    { labels: [0, 1] },
  ],
];

const refusals: [why: string, name: string, text: string, options: ReadOptions, code: string, because: RegExp][] = [
  [
    "a prediction in whole numbers is no score",
    "a.csv",
    "cat,dog,pred\n1.5,-2,0\n-3,4.25,1\n",
    {},
    "ambiguous",
    /column pred .*--slice-columns/,
  ],
  [
    "a confidence is no score of a class",
    "a.csv",
    "cat,dog,confidence\n1.5,-2,0.97\n-3,4.25,0.99\n",
    {},
    "ambiguous",
    /column confidence/,
  ],
  [
    "a table without header whose last column holds labels",
    "a.csv",
    "1.5,-2.5,0\n-3.1,4.25,1\n0.5,0.25,0\n",
    {},
    "ambiguous",
    /column 2 .*--labels-column/,
  ],
  [
    "a table without header whose first column counts rows",
    "a.csv",
    "0,1.5,-2.5\n1,-3.5,4.25\n2,0.5,0.25\n3,1.5,2.25\n",
    {},
    "ambiguous",
    /column 0 .*--id-column/,
  ],
  [
    "whole numbers beside fractions are no class, whatever they are called",
    "a.csv",
    "cat,dog,bird,group\n1.5,-2.5,0.1,3\n-3.5,4.25,0.2,1\n0.5,0.25,0.3,2\n",
    {},
    "ambiguous",
    /column group/,
  ],
  [
    "a time among the scores",
    "a.csv",
    "at,cat,dog\n1700000000.25,1.5,-2.5\n1700000001.5,-3.5,4.25\n",
    {},
    "ambiguous",
    /column at .*a thousand times larger/,
  ],
  [
    "rows that call their scores differently: one is logits, the other probabilities",
    "a.jsonl",
    '{"logits":[1.5,2,-3],"label":0}\n{"probs":[0.1,0.2,0.7],"label":1}\n',
    {},
    "bad-data",
    /scores under logits of the first, got probs in row 1/,
  ],
  [
    "a column without a name that is no index",
    "a.csv",
    "cat,dog,\n1.5,-2.5,0.1\n-3.5,4.25,0.2\n",
    {},
    "bad-data",
    /column 2 .*name/,
  ],
  [
    "pandas, orient split, with a prediction",
    "a.json",
    '{"columns":["cat","dog","prediction"],"data":[[1.5,-2,0],[-3,4.25,1]]}',
    {},
    "ambiguous",
    /column prediction/,
  ],
  [
    "a record with another key than the first",
    "a.jsonl",
    '{"cat":1.5,"dog":-2}\n{"cat":1.5,"bird":-2}\n',
    {},
    "bad-data",
    /dog.*line 2|row 1/,
  ],
  [
    "a one-hot row with two ones",
    "a.json",
    '{"logits":[[1.5,-2],[-3,4.25]],"labels":[[1,1],[0,1]]}',
    {},
    "bad-data",
    /single 1/,
  ],
];

describe("which columns of a table are classes", () => {
  it.each(cases)("%s", async (_, name, text, options, expected) => {
    expect(await tableOf(await open(name, text, options))).toMatchObject(expected);
  });

  it.each(refusals)("%s: refused, with the way out", async (_, name, text, options, code, because) => {
    const error = await open(name, text, options)
      .then(tableOf)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    const { message, hint } = error as { message: string; hint?: string };
    expect(`${message} ${hint}`).toMatch(because);
  });

  it("numeric labels of a binary table are class names too, where the names are numbers from 1", () => {
    const survey = initLabels(1);
    addLabels(survey, Float64Array.of(1, 2, 1));
    const reader = labelReader(survey, "column label", ["1", "2", "3"], true);
    expect([...reader.read(Float64Array.of(1, 2, 1), 3, 0)]).toEqual([0, 1, 0]);
  });

  it("files whose labels count from different numbers are not one table", async () => {
    const from1 = await open("a.jsonl", '{"logits":[1.5,-2],"label":1}\n{"logits":[-3,4.25],"label":2}\n');
    const from0 = await open("b.jsonl", '{"logits":[1.5,-2],"label":1}\n{"logits":[-3,4.25],"label":1}\n');
    expect(() => concatSources([from1, from0])).toThrow(
      /file 2 must have the labels counted from 1 .*got counted from 0/,
    );
  });
});

const example = new URL("../../../shared/data/two_class_example.csv", import.meta.url);
const text = (() => {
  try {
    return readFileSync(example, "utf8");
  } catch {
    return undefined;
  }
})();

describe.skipIf(text === undefined)("a table of another program (skipped where the data folder is missing)", () => {
  it("its prediction must be named, and its probabilities are read once it is", async () => {
    await expect(open("two.csv", text!)).rejects.toThrow(/column predicted/);
    const table = await tableOf(await open("two.csv", text!, { sliceColumns: ["predicted"] }));
    expect(table.classes).toEqual(["Class1", "Class2"]);
    expect(table.labels!.slice(0, 2)).toEqual([1, 0]);
    expect(table.notes).toMatch(/Read as probs/);
  });
});
