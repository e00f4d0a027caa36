import { evaluateGuard, fitGuard, scorer, watchRows } from "logits/guard";
import { describe, expect, it } from "vitest";
import { benignRows, sureRows, tornRows } from "../../test/support/guardRows.js";
import { scoresOf } from "../../test/support/scores.js";
import { type Batch, LogitsError, type Replicates } from "../core/index.js";

const classes = ["normal", "dos", "probe"];
const benign = benignRows(3000);
const { guard } = fitGuard(benign, { classes });
const share = (values: boolean[]): number => values.filter(Boolean).length / values.length;

function refusal(run: () => unknown): [code: string, message: string] {
  try {
    run();
  } catch (error) {
    if (LogitsError.isInstance(error)) return [error.code, error.message];
    throw error;
  }
  throw new Error("it was not refused");
}

describe("evaluateGuard", () => {
  const test = benignRows(1500, 2);
  const found = evaluateGuard(guard, {
    benign: { batch: test },
    attacks: [
      { name: "minimal", batch: tornRows(300) },
      { name: "far", batch: sureRows(300) },
    ],
    passes: ["normal"],
  });

  it("gives each attack and detector by itself, and nothing that is a mean of them", () => {
    expect(found.attacks.map(({ name, rows }) => [name, rows])).toEqual([
      ["minimal", 300],
      ["far", 300],
    ]);
    const [minimal, far] = found.attacks;
    expect(minimal!.detectors["margin"]!.tpr["1"].value).toBeGreaterThan(0.99);
    expect(far!.detectors["marginOneSided"]!.tpr["1"].value).toBe(0);
    expect(far!.detectors["margin"]!.tpr["1"].value).toBe(1);
    expect(far!.detectors["marginOneSided"]!.auroc).toBeLessThan(0.01);
    expect(Object.keys(found).sort()).toEqual(["attacks", "benign", "caveat", "notes", "success"]);
    expect(JSON.stringify(found)).not.toMatch(/mean|average/);
  });

  it("has the promised names, intervals and sentence", () => {
    expect(found.benign.fpr["1"].ci[0]).toBeLessThanOrEqual(found.benign.fpr["1"].value);
    expect(found.benign.fpr["5"].value).toBeLessThan(0.075);
    expect(found.caveat).toMatch(/^Logits alone do not stop an adaptive attacker/);
    expect(found.notes).toEqual([expect.stringMatching(/called adaptive/)]);
    expect(found.success).toBe("An attack counts where it succeeded: its predicted class is normal.");
  });

  it("counts successful rows only: those that pass, and with labels those that are not what they are called", () => {
    const mixed = {
      ...scoresOf([
        [9, 8.9, 0],
        [0, 9, 0],
        [9, 8.8, 0],
      ]),
      labels: Int32Array.of(1, 1, 0),
    };
    const one = evaluateGuard(guard, {
      benign: { batch: test },
      attacks: [{ name: "a", batch: mixed }],
      passes: ["normal"],
    });
    expect(one.attacks[0]).toMatchObject({ rows: 1, given: 3 });
    expect(one.success).toMatch(/and not its label/);
    expect(one.notes[0]).toMatch(/only 1 successful rows/);
  });

  const minimal = { name: "minimal", batch: tornRows(30) };
  it("says of an attack without a success that there is nothing to be found, and goes on with the others", () => {
    const none = { name: "none", batch: scoresOf([[0, 5, 0]]) };
    const { attacks, notes } = evaluateGuard(guard, {
      benign: { batch: test },
      attacks: [none, minimal],
      passes: ["normal"],
    });
    expect(attacks[0]).toEqual({ name: "none", rows: 0, given: 1, detectors: {} });
    expect(attacks[1]!.rows).toBeGreaterThan(0);
    expect(notes).toContain("none: no row was successful, so there is nothing to be found.");
  });

  it.each<[string, Parameters<typeof evaluateGuard>[1], string, string]>([
    ["no attack", { benign: { batch: test }, attacks: [] }, "bad-argument", "at least one attack, got none"],
    [
      "two of one name",
      { benign: { batch: test }, attacks: [minimal, minimal] },
      "bad-argument",
      "different names, got minimal twice",
    ],
    [
      "an attack without a success",
      { benign: { batch: test }, attacks: [{ name: "none", batch: scoresOf([[0, 5, 0]]) }], passes: ["normal"] },
      "bad-data",
      "one attack must have a successful row, got none of 1 rows predicted as normal",
    ],
    [
      "benign rows of the fit",
      { benign: { batch: benign }, attacks: [minimal] },
      "bad-data",
      "the benign rows must be others than those it was fitted on, got the same",
    ],
    [
      "an unknown class",
      { benign: { batch: test }, attacks: [minimal], passes: ["nice"] },
      "bad-argument",
      "passes must be some of normal, dos, probe, got nice",
    ],
  ])("%s is refused", (_, options, code, message) => {
    const [found_, text] = refusal(() => evaluateGuard(guard, options));
    expect(found_).toBe(code);
    expect(text).toContain(message);
  });
});

describe("replicates", () => {
  const copies = (batch: Batch, spread: number, count = 8): Replicates => {
    const values = new Float64Array(batch.rows * count * batch.classes);
    for (let i = 0; i < values.length; i++) {
      const row = Math.floor(i / (count * batch.classes));
      values[i] = batch.values[row * batch.classes + (i % batch.classes)]! + spread * Math.sin(1 + i * 1.7);
    }
    return { values, rows: batch.rows, replicates: count, classes: batch.classes };
  };
  const replicated = fitGuard(benign, { classes, replicates: copies(benign, 1) });

  it("add what they tell, and rows whose copies disagree are torn", () => {
    const torn = tornRows(40);
    const rows = scorer(replicated.guard)(torn, copies(torn, 1));
    expect(Object.keys(rows[0]!.detectors)).toEqual(
      expect.arrayContaining(["flipRate", "noiseOdds", "squeeze", "disagreement", "mutualInformation"]),
    );
    expect(share(rows.map(({ p }) => p <= 0.01))).toBeGreaterThan(0.9);
    expect(share(rows.map(({ detectors }) => detectors["flipRate"]!.tail === "low"))).toBeGreaterThan(0.9);
  });

  it("are needed where the guard was fitted with them, and must be of the same rows", () => {
    expect(refusal(() => scorer(replicated.guard)(benign))[1]).toContain("it needs replicates of each row");
    expect(refusal(() => scorer(replicated.guard)(tornRows(3), copies(tornRows(4), 1)))[1]).toContain(
      "got 4 rows of 3",
    );
    const bad = copies(tornRows(3), 1);
    bad.values[4] = NaN;
    expect(refusal(() => scorer(replicated.guard)(tornRows(3), bad))).toEqual([
      "not-finite",
      "Cannot use row 0, column 1: a score must be finite or -Infinity, got NaN",
    ]);
    expect(refusal(() => fitGuard(benign, { replicates: copies(benign, 1, 1) }))[1]).toContain(
      "at least 2 a row, got 1",
    );
  });

  it("a row that is the mean of its copies has not moved: noiseOdds is left out, and said", () => {
    const fitted = fitGuard(benign, { classes, replicates: copies(benign, 1), atRest: false });
    expect(fitted.notes[0]).toBe(
      "noiseOdds is left out: it needs the row at rest, and here it is the mean of its replicates.",
    );
    expect(fitted.guard.params.detectors.map(({ name }) => name)).not.toContain("noiseOdds");
  });
});

describe("watchRows", () => {
  it("is silent on benign rows, rings on others, goes on from JSON, and tells the drift", () => {
    const watch = watchRows(guard);
    watch.add(scorer(guard)(benignRows(1000, 11)));
    expect(watch.state.rung).toBeUndefined();
    const on = watchRows(guard, { state: JSON.parse(JSON.stringify(watch.state)) });
    on.add(scorer(guard)(tornRows(100)));
    expect(on.state.rung!.row).toBeLessThan(1020);
    expect(on.state.rows).toBe(1100);
    expect(watch.drift()["margin"]!.psi).toBeLessThan(0.1);
    expect(on.drift()["margin"]!.p).toBeLessThan(1e-6);
    expect(on.drift()["margin"]!.rows).toBe(500);
    expect(() => watchRows(guard, { window: 1 })).toThrow("window must be an integer ≥ 2, got 1");
    // A share of it, as each of the alarms has, would be in range.
    expect(() => watchRows(guard, { falseAlarm: 2 })).toThrow("falseAlarm must be a number in (0, 1), got 2");
  });

  it("a state of another guard is refused, and one that is none", () => {
    const other = watchRows(fitGuard(benign, { classes, detectors: ["margin"] }).guard).state;
    for (const state of [other, {}, { rows: 3, alarms: watchRows(guard).state.alarms }])
      expect(refusal(() => watchRows(guard, { state: state as never }))).toEqual([
        "bad-data",
        expect.stringContaining("the state must be that of a watch with this guard"),
      ]);
  });
});
