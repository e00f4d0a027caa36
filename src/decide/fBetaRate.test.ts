import { describe, expect, it } from "vitest";
import type { BandCounts } from "./bandRates.js";
import { fBetaRate } from "./fBetaRate.js";

const counts = (tp: number, fp: number, fn: number, tn: number): BandCounts => ({
  alertedPositives: tp,
  alertedNegatives: fp,
  askedPositives: 0,
  askedNegatives: 0,
  passedPositives: fn,
  passedNegatives: tn,
});

describe("fBetaRate", () => {
  // sklearn.metrics.fbeta_score of the same rows; with a prior, of rows weighted to it.
  it.each<[number, number | undefined, number, string]>([
    [2, undefined, 450 / 580, "5·90/(5·90 + 4·30 + 10)"],
    [0.5, undefined, 0.8653846153846154, "precision counts more than recall"],
    [2, 0.01, 0.6382978723404255, "of rows of which 1 % are positive"],
  ])("β %f at prior %s is %f: %s", (beta, prior, expected) => {
    expect(fBetaRate(counts(90, 10, 30, 870), beta, 0.95, prior).value).toBeCloseTo(expected, 12);
  });

  it("has an interval of scipy's exact limits of both rates, at half the error each", () => {
    const { ci } = fBetaRate(counts(90, 10, 30, 870), 2);
    expect(ci[0]).toBeCloseTo(0.6772652377361231, 9);
    expect(ci[1]).toBeCloseTo(0.8556233628161135, 9);
    const prior = fBetaRate(counts(90, 10, 30, 870), 2, 0.95, 0.01).ci;
    expect(prior[0]).toBeCloseTo(0.4741187897686079, 9);
    expect(prior[1]).toBeCloseTo(0.7841053107209035, 9);
  });

  it("counts a positive that a person is asked about as not alerted of", () => {
    const asked = { ...counts(90, 10, 0, 870), askedPositives: 30 };
    expect(fBetaRate(asked, 2).value).toBeCloseTo(450 / 580, 12);
  });

  it("is 0, up to what no alert can rule out, where nothing is alerted of", () => {
    expect(fBetaRate(counts(0, 0, 10, 90), 1)).toMatchObject({ value: 0, ci: [0, expect.any(Number)] });
  });
});
