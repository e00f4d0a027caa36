import { fitGuard, type Guard, type GuardOptions, scorer, validateGuard } from "logits/guard";
import { describe, expect, it } from "vitest";
import { benignRows, sureRows, tornRows } from "../../test/support/guardRows.js";
import { scoresOf } from "../../test/support/scores.js";
import { type Batch, LogitsError, predictions, takeRows } from "../core/index.js";
import { firstRows } from "./benign.js";

const classes = ["normal", "dos", "probe"];
const benign = benignRows(3000);
const { guard, notes } = fitGuard(benign, { classes });
const copy = (): Guard => JSON.parse(JSON.stringify(guard)) as Guard;

function refusal(run: () => unknown): [code: string, message: string] {
  try {
    run();
  } catch (error) {
    if (LogitsError.isInstance(error)) return [error.code, error.message];
    throw error;
  }
  throw new Error("it was not refused");
}

describe("a fitted guard", () => {
  it("is plain JSON in the common envelope, and scores the same when read back", () => {
    expect(guard).toMatchObject({ kind: "guard", version: 1, method: "fisher", classes, fittedOn: { rows: 3000 } });
    const again = validateGuard(JSON.parse(JSON.stringify(guard)), classes);
    expect(scorer(again)(tornRows(20))).toEqual(scorer(guard)(tornRows(20)));
  });

  it("ranks a row among benign rows of its predicted class, and says where there are too few", () => {
    expect(Object.keys(guard.params.ranks).sort()).toEqual(["0", "1", "pooled"]);
    expect(notes).toEqual([
      expect.stringMatching(
        /^Too few benign rows were predicted as probe to rank among \(fewer than about 100\): .* at 1 % up to 1\.9\d % of benign rows may be found\.$/,
      ),
    ]);
    const rows = scorer(guard)(
      scoresOf([
        [8, 0, 0],
        [0, 6, 0],
        [0, 0, 6],
      ]),
    );
    expect(rows.map(({ among }) => among)).toEqual(["normal", "dos", "pooled"]);
  });

  it("a class that no benign row was predicted as is said", () => {
    const two = fitGuard(scoresOf(Array.from({ length: 40 }, (_, i) => [i % 7, -1, -2 - (i % 3)])), { classes });
    expect(two.notes.join("\n")).toMatch(/No benign row was predicted as dos, probe: such rows are ranked among all/);
    expect(two.notes.join("\n")).toMatch(/no p-value can be below 0\.059: 1 % cannot be reached/);
    expect(scorer(two.guard)(scoresOf([[0, 9, 0]]))[0]!.p).toBeGreaterThan(0);
  });

  it("the smallest p-value that is said is the one in the document: detectors that are not combined cost nothing", () => {
    const few = fitGuard(scoresOf(Array.from({ length: 300 }, (_, i) => [i % 7, -1, -2 - (i % 3)])), {
      classes,
      method: "bonferroni",
    });
    const lowest = few.guard.metrics["smallestP"]!;
    expect(few.notes.join("\n")).toContain(`no p-value can be below ${lowest.toPrecision(2)}: 1 % cannot be reached`);
  });

  it("says torn, over-confident and odd direction, and never more than that", () => {
    const wordsOf = (batch: Batch): string[] => [...new Set(scorer(guard)(batch).map(({ words }) => words))];
    expect(wordsOf(tornRows(50))).toContain("torn");
    expect(wordsOf(sureRows(50))).toEqual(["over-confident"]);
    const odd = scorer(guard)(scoresOf([[8, -9, 6]]))[0]!;
    expect(odd.detectors["mahalanobis"]!.tail).toBe("odd");
    for (const one of [tornRows(50), sureRows(50), benign])
      expect(["torn", "over-confident", "odd direction", "usual"]).toEqual(expect.arrayContaining(wordsOf(one)));
    expect(scorer(guard)(benignRows(1, 3))[0]).toMatchObject({ tail: null, words: "usual" });
  });

  it("a row does not depend on what it is scored with", () => {
    const batch = tornRows(40);
    const whole = scorer(guard)(batch);
    const apart = Array.from({ length: 40 }, (_, row) => scorer(guard)(takeRows(batch, [row]))[0]!);
    expect(apart).toEqual(whole);
  });

  it("keeps no more rows of a group than it is told to, drawn by seed", () => {
    const small = fitGuard(benign, { keep: 150, seed: 3 }).guard.params;
    for (const values of [...Object.values(small.ranks).flatMap(Object.values), ...Object.values(small.again)])
      expect((values as number[]).length).toBeLessThanOrEqual(150);
    expect(fitGuard(benign, { keep: 150, seed: 3 }).guard.params).toEqual(small);
    expect(fitGuard(benign, { keep: 150, seed: 4 }).guard.params).not.toEqual(small);
  });

  it("does not measure what it will not keep: the first of all and of each group", () => {
    const some = predictions(
      scoresOf([
        [1, 0],
        [1, 0],
        [0, 1],
        [1, 0],
        [0, 1],
        [0, 1],
        [1, 0],
      ]),
    );
    const rows = Uint32Array.from({ length: 7 }, (_, row) => row);
    expect(Array.from(firstRows(rows, some, [], 2))).toEqual([0, 1]);
    expect(Array.from(firstRows(rows, some, ["1"], 2))).toEqual([0, 1, 2, 4]);
    expect(Array.from(firstRows(rows, some, ["0", "1"], 3))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(Array.from(firstRows(rows, some, ["0", "1"], 100))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("of probabilities it leaves out what needs raw logits, and says so", () => {
    const probs = { ...benign, kind: "probs" as const, values: softmax(benign) };
    const fitted = fitGuard(probs, { classes });
    expect(fitted.notes[0]).toBe(
      "maxLogit, logSumExp, mahalanobis are left out: they need raw logits, and these are probabilities.",
    );
    const row = scorer(fitted.guard)({ ...probs, values: probs.values.slice(0, 3), rows: 1 })[0]!;
    expect(Object.keys(row.detectors)).toEqual(["margin", "gen", "klMatching", "variance"]);
  });
});

function softmax({ values, rows, classes: k }: Batch): Float64Array {
  const out = Float64Array.from(values, Math.exp);
  for (let row = 0; row < rows; row++) {
    const own = out.subarray(row * k, (row + 1) * k);
    const sum = own.reduce((a, b) => a + b, 0);
    own.forEach((value, i) => (own[i] = value / sum));
  }
  return out;
}

describe("what cannot be is refused", () => {
  const rows = (values: number[][]): Batch => scoresOf(values);
  const empty: Batch = { kind: "logits", values: new Float64Array(0), rows: 0, classes: 3 };
  it.each<[string, Batch, GuardOptions, string, string]>([
    ["no benign rows", empty, {}, "bad-data", "there must be at least 20 benign rows, got 0"],
    ["too few", benignRows(19), {}, "bad-data", "there must be at least 20 benign rows, got 19"],
    ["one class", rows(Array.from({ length: 30 }, () => [1])), {}, "bad-data", "at least 2 classes, got 1"],
    ["NaN", rows([...Array.from({ length: 30 }, () => [1, 2]), [NaN, 1]]), {}, "not-finite", "row 30, column 0"],
    ["+∞", rows([...Array.from({ length: 30 }, () => [1, 2]), [1, Infinity]]), {}, "not-finite", "row 30, column 1"],
    [
      "only −∞",
      rows([...Array.from({ length: 30 }, () => [1, 2]), [-Infinity, -Infinity]]),
      {},
      "not-finite",
      "row 30",
    ],
    [
      "names of other classes",
      benign,
      { classes: ["a", "b"] },
      "mismatch",
      "there must be one name a class (3), got 2",
    ],
    [
      "an unknown detector",
      benign,
      { detectors: ["margn"] },
      "bad-argument",
      "detectors must be some of margin, maxLogit",
    ],
    ["only what is not combined", benign, { detectors: ["variance"] }, "bad-argument", "at least one detector"],
    ["a parameter out of range", benign, { params: { gen: { gamma: 0 } } }, "bad-argument", "gamma must be"],
    [
      "replicates that are asked for",
      benign,
      { detectors: ["flipRate"] },
      "mismatch",
      "flipRate needs replicates, got none",
    ],
    ["another way of grouping", benign, { by: "class" as "none" }, "bad-argument", "by must be one of predicted, none"],
    ["another way of combining", benign, { method: "max" as "fisher" }, "bad-argument", "method must be one of fisher"],
    ["minRows 0", benign, { minRows: 0 }, "bad-argument", "minRows must be an integer ≥ 1, got 0"],
    ["keep 1.5", benign, { keep: 1.5 }, "bad-argument", "keep must be an integer ≥ 1, got 1.5"],
  ])("fit: %s", (_, batch, options, code, message) => {
    const [found, text] = refusal(() => fitGuard(batch, options));
    expect(found).toBe(code);
    expect(text).toContain(message);
  });

  it("raw detectors asked for by name on probabilities", () => {
    const probs = { ...benign, kind: "probs" as const, values: softmax(benign) };
    expect(refusal(() => fitGuard(probs, { detectors: ["margin", "maxLogit"] }))).toEqual([
      "mismatch",
      "Cannot fit a guard: maxLogit needs raw logits, got probs",
    ]);
  });

  it.each<[string, Batch, string]>([
    ["another number of classes", scoresOf([[1, 2]]), "there must be its 3 classes, got 2"],
    [
      "probabilities",
      { ...scoresOf([[0.5, 0.3, 0.2]]), kind: "probs" },
      "it needs raw logits as those it was fitted on, got probs",
    ],
  ])("score: %s", (_, batch, message) => {
    const [code, text] = refusal(() => scorer(guard)(batch));
    expect(code).toBe("mismatch");
    expect(text).toContain(message);
  });

  it("score: NaN, with its row and column", () => {
    expect(
      refusal(() =>
        scorer(guard)(
          scoresOf([
            [1, 2, 3],
            [1, NaN, 2],
          ]),
        ),
      ),
    ).toEqual(["not-finite", "Cannot use row 1, column 1: a score must be finite or -Infinity, got NaN"]);
  });

  const damaged =
    (change: (document: Guard) => unknown) =>
    (document: Guard): Guard => {
      change(document);
      return document;
    };
  it.each<[string, (document: Guard) => unknown, string]>([
    ["a list", () => [], "it must be a JSON object"],
    ["a calibrator", (one) => ({ ...one, kind: "calibrator" }), 'kind must be "guard", got "calibrator"'],
    ["another version", (one) => ({ ...one, version: 2 }), "version must be 1, got 2"],
    ["an unknown method", (one) => ({ ...one, method: "mean" }), 'method must be fisher or bonferroni, got "mean"'],
    ["no classes", (one) => ({ ...one, classes: [] }), "classes must be a list of at least 2 names"],
    ["no params", (one) => ({ ...one, params: null }), "params must be an object"],
    ["an unknown detector", damaged((one) => (one.params.detectors[0]!.name = "x")), "detectors must be some of"],
    [
      "ranks that fall",
      damaged((one) => one.params.ranks["pooled"]!["margin"]!.push(-1)),
      "the ranks of margin in pooled",
    ],
    ["no combined ranks", damaged((one) => delete one.params.again["0"]), "the combined ranks in 0"],
    ["no reference", damaged((one) => delete one.params.reference["gen"]), "the reference of gen"],
    ["no scale", damaged((one) => delete one.params.scale["1"]), "the scale of margin in 1"],
    [
      "a group that is no class",
      damaged((one) => (one.params.ranks["7"] = one.params.ranks["0"]!)),
      "each group of ranks",
    ],
    [
      "a mean of too few classes",
      damaged((one) => (one.params.detectors[3]!.learned as { mean: number[] }).mean.pop()),
      "mahalanobis must have",
    ],
    ["templates of none", damaged((one) => (one.params.detectors[5]!.learned = [])), "klMatching must have"],
  ])("a document: %s", (_, damage, message) => {
    expect(refusal(() => validateGuard(damage(copy())))[1]).toContain(message);
  });

  it("a guard of other classes, by name and by number", () => {
    expect(refusal(() => validateGuard(copy(), ["dos", "normal", "probe"]))).toEqual([
      "mismatch",
      "Cannot use this guard: class 0 of the scores must be normal, as where it was fitted, got dos",
    ]);
    expect(refusal(() => validateGuard(copy(), ["a"]))[1]).toContain("must have its 3 classes, got 1");
    expect(validateGuard(copy(), ["0", "1", "2"]).classes).toEqual(classes);
  });
});
