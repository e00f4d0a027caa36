import { collect, read, type Source } from "logits";
import { applyCalibrator } from "logits/calibrate";
import { triage, triageSource, verdicts } from "logits/triage";
import { describe, expect, it } from "vitest";
import { goldens, hasSharedData, plainNpz } from "../../test/support/sharedData.js";
import { logitsOf, scoresOf } from "../../test/support/scores.js";
import { type Batch, takeRows } from "../core/index.js";

const few = (): Batch =>
  scoresOf(
    [
      [5, 0, 0],
      [9, 0, 0],
      [1, 1.05, -2],
      [0, 4, 0],
      [4, 0, 0],
      [0, 0, 4],
    ],
    [1, 1, 0, 1, 0, 2],
  );

describe("triage", () => {
  it("a row may have several verdicts; items come by verdict, strongest first", () => {
    const { rows, counts, items } = triage(few());
    expect(rows).toBe(6);
    expect(counts).toEqual({ errors: 3, torn: 1, tornErrors: 1, confidentlyWrong: 2, mislabelled: 3, unusual: 0 });
    expect(items.map(({ verdict, row }) => [verdict, row])).toEqual([
      ["confidentlyWrong", 1],
      ["confidentlyWrong", 0],
      ["mislabelled", 1],
      ["mislabelled", 0],
      ["mislabelled", 2],
      ["torn", 2],
    ]);
  });

  it("without labels it finds only what needs none", () => {
    const { counts, items } = triage(
      scoresOf([
        [1, 1.01],
        [3, 0],
      ]),
    );
    expect(counts).toEqual({ errors: 0, torn: 1, tornErrors: 0, confidentlyWrong: 0, mislabelled: 0, unusual: 0 });
    expect(items.map(({ label }) => label)).toEqual([undefined]);
  });

  it("ids and slices travel along", () => {
    const scores: Batch = {
      ...scoresOf([
        [1, 1.01],
        [3, 0],
      ]),
      ids: ["a", "b"],
      slices: { month: ["may", "june"] },
    };
    expect(triage(scores).items[0]).toMatchObject({ id: "a", slices: { month: "may" } });
  });

  it("a batch from the middle of a table names its rows as the table does", () => {
    expect(
      triage({
        ...scoresOf([
          [3, 0],
          [1, 1.01],
        ]),
        offset: 500,
      }).items[0],
    ).toMatchObject({ id: "501", row: 501 });
  });

  it("keeps the `top` strongest of each verdict, counts them all", () => {
    const margins = Array.from({ length: 500 }, (_, i) => ((i * 7919) % 500) / 10_000);
    const scores = logitsOf(margins.map((m) => [0.5 + m / 2, 0.5 - m / 2]));
    const { counts, items } = triage(scores, undefined, { top: 3 });
    expect(counts.torn).toBe(500);
    expect(items.map(({ margin }) => Math.round(margin * 10_000))).toEqual([0, 1, 2]);
    expect(triage(scores, undefined, { top: 0 }).items).toEqual([]);
    expect(triage(scores, undefined, { top: Infinity }).items).toHaveLength(500);
  });

  it.each([
    [{ torn: 2 }, "Cannot run torn: torn must be a number in [0, 1], got 2"],
    [{ wrong: -0.1 }, "Cannot run confidentlyWrong: wrong must be a number in [0, 1], got -0.1"],
    [{ top: -1 }, "Cannot triage: top must be a number ≥ 0, got -1"],
    [{ classes: ["a"] }, "Cannot triage: there must be one name a class (3), got 1"],
  ])("%j is refused", (options, message) => {
    expect(() => triage(few(), undefined, options)).toThrow(message);
  });

  it("raw scores of other rows are refused", () => {
    expect(() => triage(few(), scoresOf([[1, 2, 3]]))).toThrow("must be 6 × 3 like the calibrated ones, got 1 × 3");
  });

  it("the parameters of all verdicts have different names: they are one set of flags", () => {
    const names = verdicts.flatMap(({ params }) => params.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([1, 97, 5000])("in batches of %d rows it gives what it gives for the whole table", async (size) => {
    const whole = await collect(await read(new URL("../../data/spam.test.npz", import.meta.url).pathname));
    const source: Source = {
      capture: { kind: "logits", stage: "raw", coverage: "full" },
      classes: ["ham", "spam"],
      notes: [],
      async *batches() {
        for (let start = 0; start < whole.rows; start += size) {
          const rows = Array.from({ length: Math.min(size, whole.rows - start) }, (_, i) => start + i);
          yield { ...takeRows(whole, rows), offset: start };
        }
      },
    };
    const hot = (batch: Batch): Batch =>
      applyCalibrator(batch, { method: "temperature", params: { temperature: 1.5 } });
    const parts = await triageSource(source, hot, { top: 50 });
    const once = triage(hot(whole), whole, { classes: source.classes, top: 50 });
    const round = (_: string, value: unknown): unknown =>
      typeof value === "number" ? Number(value.toPrecision(9)) : value;
    expect(JSON.stringify(parts, round)).toBe(JSON.stringify(once, round));
  });

  it.skipIf(!hasSharedData)(
    "ResNet-110 after temperature scaling has the published counts (skipped where the shared data are not at hand)",
    () => {
      const test = plainNpz("cifar10-resnet110.test.npz");
      const calibrated = applyCalibrator(test, {
        method: "temperature",
        params: { temperature: goldens()["cifar10-resnet110"].T_star },
      });
      expect(triage(calibrated, test).counts).toMatchObject({
        errors: 644,
        torn: 131,
        tornErrors: 75,
        confidentlyWrong: 148,
        mislabelled: 150, // also cleanlab 2.9.0, filter_by="confident_learning"
      });
    },
  );
});
