import { describe, expect, it } from "vitest";
import { type Batch, predictions } from "../core/index.js";
import { curvesOf } from "./curves.js";

/** n rows of two classes with log-odds spread over [0, 4], right as often as they say. */
function honest(n: number): Batch {
  const z = Array.from({ length: n }, (_, i) => 4 * ((i * 0.6180339887) % 1));
  return {
    kind: "logits",
    values: Float64Array.from(z.flatMap((odds) => [odds, 0])),
    rows: n,
    classes: 2,
    labels: Int32Array.from(z, (odds, i) => ((i * 0.7548776662) % 1 < 1 / (1 + Math.exp(-odds)) ? 0 : 1)),
  };
}

describe("curvesOf", () => {
  const curves = curvesOf(predictions(honest(4000)));

  it("of honest confidence lies on the diagonal, within its band", () => {
    for (const { confidence, accuracy, low, high, rows } of curves.reliability.filter(
      (point) => point.confidence > 0.55 && point.confidence < 0.95,
    )) {
      expect(Math.abs(accuracy - confidence)).toBeLessThan(0.06);
      expect(low).toBeLessThanOrEqual(accuracy);
      expect(high).toBeGreaterThanOrEqual(accuracy);
      expect(rows).toBeGreaterThanOrEqual(5);
    }
  });

  it("draws nothing where there are no rows", () => {
    expect(Math.min(...curves.reliability.map(({ confidence }) => confidence))).toBeGreaterThan(0.4);
    // Of two classes the winner has at least one half.
    const sure = predictions(honest(400)).confidence;
    const drawn = curvesOf(predictions(honest(400))).reliability.map(({ confidence }) => confidence);
    expect(Math.min(...drawn)).toBeGreaterThan(Math.min(...sure) - 1 / 200);
    expect(Math.max(...drawn)).toBeLessThan(Math.max(...sure) + 1 / 200);
  });

  it("counts every row once, and ends at the error rate", () => {
    const rows = predictions(honest(4000));
    expect(curves.histogram.reduce((sum, bin) => sum + bin.rows, 0)).toBe(4000);
    const errors = rows.correct!.reduce((sum, correct) => sum + 1 - correct, 0);
    expect(curves.riskCoverage.at(-1)).toEqual({ coverage: 1, risk: errors / 4000 });
    expect(curves.riskCoverage[0]!.risk).toBeLessThan(errors / 4000);
  });
});
