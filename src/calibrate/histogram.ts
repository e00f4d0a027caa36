import type { CalibrationMethod } from "../core/index.js";
import { binOf } from "../stats/bins.js";
import { checkPerClass, logOddsAgainstRest, mapClasses, probability } from "./oneVsRest.js";

/**
 * Histogram binning, one-vs-rest: the probability of a class becomes the share of its label among the rows of the same bin; an empty bin is 0.
 * Equal-width bins (lo, hi], rows renormalised. Exact zeros are masked classes; a true label there counts as 1e-15.
 *
 * Zadrozny & Elkan, ICML 2001, §4.
 */
export const histogram: CalibrationMethod = {
  name: "histogram",
  family: "calibrator",
  help: "Shares of the label within bins of each class' probability",
  params: [
    {
      name: "histogramBins",
      type: "integer",
      min: 1,
      max: 10_000,
      default: 15,
      help: "Number of bins of the calibrator",
    },
  ],
  source: "Zadrozny & Elkan, ICML 2001, §4",
  keepsWinner: false,
  complexity: 6,
  fit(batch, params) {
    const bins = params["histogramBins"] as number;
    // The same probabilities as `apply` will look up, so that no row changes its bin by rounding.
    const odds = logOddsAgainstRest(batch);
    const { rows, classes, labels } = batch;
    const hits = Array.from({ length: classes }, () => new Float64Array(bins));
    const counts = Array.from({ length: classes }, () => new Float64Array(bins));
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < classes; k++) {
        const bin = binOf(probability(odds[row * classes + k]!), bins, "(lo, hi]");
        counts[k]![bin]!++;
        if (labels![row] === k) hits[k]![bin]!++;
      }
    }
    return {
      params: {
        shares: hits.map((own, k) =>
          Array.from(own, (hit, bin) => (counts[k]![bin] === 0 ? 0 : hit / counts[k]![bin]!)),
        ),
      },
      warnings: [],
    };
  },
  apply(batch, params) {
    const shares = params["shares"] as number[][];
    const out = mapClasses(batch, (q, k) =>
      Math.log(shares[k]![binOf(probability(q), shares[k]!.length, "(lo, hi]")]!),
    );
    return { ...out, floor: 1e-15 };
  },
  validate: (params, classes) => checkPerClass(params, ["shares"], classes),
};
