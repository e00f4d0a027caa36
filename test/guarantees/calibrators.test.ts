import { applyCalibrator, calibrators, fitCalibrator } from "logits/calibrate";
import { describe, expect, it } from "vitest";
import { type Batch, nllSums, predictions } from "../../src/core/index.js";
import { uniform } from "../../src/core/rng.js";

const classes = 4;
const truth = 2.5;

/** Labels drawn from softmax(z/2.5): overconfident by that factor. */
function overconfident(rows: number, seed: number): Batch {
  const values = new Float64Array(rows * classes);
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const weights = Array.from({ length: classes }, (_, k) => {
      const z = truth * 4 * (uniform(seed, "simulation", row, k) + uniform(seed, "simulation", row, k + 10) - 1);
      values[row * classes + k] = z;
      return Math.exp(z / truth);
    });
    let u = uniform(seed, "simulation", row, 99) * weights.reduce((a, b) => a + b, 0);
    while (labels[row]! < classes - 1 && (u -= weights[labels[row]!]!) >= 0) labels[row]!++;
  }
  return { kind: "logits", values, rows, classes, labels };
}

function meanNll(batch: Batch): number {
  const { nll, rows } = predictions(batch);
  return nll!.reduce((sum, loss) => sum + loss, 0) / rows;
}

describe("calibrators hold what they promise (seeded)", () => {
  const trials = 30;
  const pairs = Array.from(
    { length: trials },
    (_, i) => [overconfident(1000, 100 + i), overconfident(1000, 500 + i)] as const,
  );

  // A label in a bin that was empty at the fit counts as 1e-15 for histogram binning: 34.5 nats for one row in a thousand.
  it.each(calibrators.map(({ name }) => [name, name === "histogram" ? 24 : trials] as const))(
    "%s lowers the NLL of rows it has not seen, %i times of 30",
    (method, least) => {
      const lowered = pairs.filter(([fitRows, newRows]) => {
        const { calibrator } = fitCalibrator(fitRows, { method });
        return meanNll(applyCalibrator(newRows, calibrator)) < meanNll(newRows);
      });
      expect(lowered.length).toBeGreaterThanOrEqual(least);
    },
  );

  it("temperature is right to within its standard error: 1/√L″ at the optimum", () => {
    const deviations = Array.from({ length: 200 }, (_, i) => {
      const batch = overconfident(400, 2000 + i);
      const temperature = fitCalibrator(batch).calibrator.params["temperature"] as number;
      const { hessian } = nllSums(batch.values, batch.labels!, batch.rows, classes, 1 / temperature);
      return (1 / temperature - 1 / truth) * Math.sqrt(hessian);
    });
    // Of 200 standard normal numbers some 190 lie within ±1.96 (175 to 199 but for one case in 5,000), and their mean within ±0.3.
    const within = deviations.filter((z) => Math.abs(z) < 1.96).length;
    expect(within).toBeGreaterThanOrEqual(175);
    expect(within).toBeLessThanOrEqual(199);
    expect(Math.abs(deviations.reduce((sum, z) => sum + z, 0) / deviations.length)).toBeLessThan(0.3);
  });

  it("auto is never far above the best of all on new rows", () => {
    for (const [fitRows, newRows] of pairs.slice(0, 5)) {
      const auto = meanNll(applyCalibrator(newRows, fitCalibrator(fitRows, { method: "auto" }).calibrator));
      const best = Math.min(
        ...calibrators.map(({ name }) =>
          meanNll(applyCalibrator(newRows, fitCalibrator(fitRows, { method: name }).calibrator)),
        ),
      );
      expect(auto - best).toBeLessThan(0.02);
    }
  });
});
