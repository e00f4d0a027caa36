import { describe, expect, it } from "vitest";
import { golden } from "../../test/support/golden.js";
import { scoresOf } from "../../test/support/scores.js";
import { classScores, conformalPValues, fitConformal, predictSets, setOf } from "./index.js";
import { riskPValue } from "./riskBound.js";

interface Golden {
  calibration: number[][];
  labels: number[];
  rows: number[][];
  truth: number[];
  scores: Record<string, number[][]>;
  mapie: Record<string, number[][]>;
  crepes: number[][];
  bounds: { mean: number; n: number; alpha: number; p: number }[];
}
const known = golden<Golden>("conform");
const calibration = scoresOf(known.calibration, known.labels);
const rows = scoresOf(known.rows);

describe("other libraries, where they are right (test/golden/conform.py says where they are not)", () => {
  it.each(Object.keys(known.scores))("TorchCP gives every class the same %s score", (score) => {
    const { scores } = classScores(rows, { score, randomise: false });
    // TorchCP's price of a rank in RAPS is 0.1 in f32.
    const digits = score === "raps" ? 7 : 12;
    for (const [i, expected] of known.scores[score]!.flat().entries()) expect(scores[i]!).toBeCloseTo(expected, digits);
  });

  it.each([100, 99])(
    "MAPIE gives the same sets of LAC from %i rows: (n + 1)(1 − α) is 90.9 of 100, and 90 of 99",
    (n) => {
      const first = {
        ...calibration,
        values: calibration.values.slice(0, 5 * n),
        labels: calibration.labels!.slice(0, n),
        rows: n,
      };
      const sets = predictSets(rows, fitConformal(first, { alpha: 0.1, score: "lac" }).document);
      for (const [row, mask] of known.mapie[n]!.entries())
        expect(setOf(sets, row)).toEqual([0, 1, 2, 3, 4].filter((k) => mask[k] === 1));
    },
  );

  it("crepes gives the same p-values without smoothing", () => {
    const { document } = fitConformal(calibration, { score: "lac", keepScores: true });
    for (const [row, { p }] of conformalPValues(rows, document).entries())
      for (const [k, value] of p.entries()) expect(value).toBeCloseTo(known.crepes[row]![k]!, 12);
  });

  it.each(known.bounds)(
    "MAPIE gives the same Hoeffding–Bentkus p-value of $mean in $n at $alpha",
    ({ mean, n, alpha, p }) => {
      expect(riskPValue(mean * n, n, alpha, false)).toBeCloseTo(p, 10);
    },
  );
});
