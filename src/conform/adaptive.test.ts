import { describe, expect, it } from "vitest";
import { type Batch, takeRows, uniform } from "../core/index.js";
import { adaptiveConformal, type AdaptiveState } from "./index.js";

/** A stream whose labels agree with the scores less and less. */
function drifting(rows: number): Batch {
  const values = new Float64Array(3 * rows);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    labels[i] = Math.floor(3 * uniform(1, "simulation", i, 0));
    const strength = 3 * (1 - i / rows);
    for (let k = 0; k < 3; k++)
      values[3 * i + k] = uniform(1, "simulation", i, 1 + k) + (k === labels[i] ? strength : 0);
  }
  return { kind: "logits", values, rows, classes: 3, labels };
}

describe("a stream that drifts", () => {
  const rows = drifting(4000);

  it.each(["lac", "raps"])(
    "%s: the share of misses is α to within (max(α, 1 − α) + γ)/(γ t), whatever comes",
    (score) => {
      for (const gamma of [0.005, 0.05]) {
        const stream = adaptiveConformal({ score, gamma, window: 200 });
        stream.add(rows);
        const { misses, rows: seen } = stream.state();
        expect(seen).toBe(4000);
        expect(Math.abs(misses / seen - 0.1)).toBeLessThanOrEqual((0.9 + gamma) / (gamma * seen));
      }
    },
  );

  it("moves α by γ (α − miss), or by γ t^−0.6 where steps decay", () => {
    for (const [step, size] of [
      ["fixed", () => 0.01],
      ["decaying", (t: number) => 0.01 * t ** -0.6],
    ] as const) {
      const stream = adaptiveConformal({ score: "lac", gamma: 0.01, step });
      let alpha = 0.1;
      for (const [i, row] of stream
        .add(
          takeRows(
            rows,
            Array.from({ length: 300 }, (_, at) => at),
          ),
        )
        .entries()) {
        expect(row.alpha).toBeCloseTo(alpha, 12);
        alpha += size(i + 1) * (0.1 - (row.covered ? 0 : 1));
      }
    }
  });

  it("goes on from its state, through JSON, to the same sets; predicting changes nothing", () => {
    const part = (from: number, to: number): Batch =>
      takeRows(
        rows,
        Array.from({ length: to - from }, (_, i) => from + i),
      );
    const whole = adaptiveConformal({ score: "aps" });
    const all = whole.add(part(0, 600));
    const first = adaptiveConformal({ score: "aps" });
    first.add(part(0, 250));
    const second = adaptiveConformal({ score: "aps" }, JSON.parse(JSON.stringify(first.state())) as AdaptiveState);
    expect(second.predict(part(250, 251))).toEqual([all[250]!.set]);
    expect(second.add(part(250, 600))).toEqual(all.slice(250));
    expect(second.state()).toEqual(whole.state());
  });

  it("holds everything while it knows too little, and keeps as many scores as its window", () => {
    const stream = adaptiveConformal({ score: "lac", window: 50 });
    const added = stream.add(rows);
    expect(added.slice(0, 8).every(({ set }) => set.length === 3)).toBe(true);
    expect(stream.state().scores).toHaveLength(50);
  });

  it.each([
    [{ gamma: 0 }, "gamma must be a number > 0, got 0"],
    [{ window: 0.5 }, "window must be an integer ≥ 1, got 0.5"],
    [{ step: "wild" }, "step must be one of fixed, decaying, got wild"],
    [{ alpha: 1 }, "alpha must be a number in (0, 1), got 1"],
  ])("refuses %o", (options, message) => {
    expect(() => adaptiveConformal(options as object)).toThrow(message);
  });

  it("refuses a state that is none, and rows without labels", () => {
    const { labels: _, ...unlabelled } = rows;
    expect(() => adaptiveConformal({}, { rows: 3 } as AdaptiveState)).toThrow(
      "the state must be one that this library wrote",
    );
    expect(() => adaptiveConformal({}).add(unlabelled)).toThrow("every row must have a label, got none");
  });
});
