import { countUpTo } from "../stats/bisect.js";
import { addScatter, initScatter, mahalanobis, type Mahalanobis } from "../stats/mahalanobis.js";
import type { TriageItem, TriageMethod } from "./method.js";
import { formatPercent } from "./percent.js";
import { Shortlist } from "./shortlist.js";

/**
 * Unusual: among the `unusual` share of rows with the lowest log-sum-exp (little evidence for any class), or with the largest Mahalanobis distance
 * from the other rows with the same winner. Each is given as a percentile, the share of rows at least as extreme; the smaller one counts, the smallest first.
 *
 * Looks at raw logits only: probabilities have lost their log-sum-exp, and a calibrator moves it.
 */
export const unusual: TriageMethod = {
  name: "unusual",
  family: "triage",
  title: "Unusual",
  needs: "raw",
  gauge: "raw",
  help: "Little evidence for any class, or far from its class in logit space",
  params: [
    {
      name: "unusual",
      type: "number",
      min: 0,
      max: 1,
      default: 0.01,
      noop: 0,
      help: "Unusual among this share of rows, by log-sum-exp or by distance from its class",
    },
  ],
  source: "Energy: Liu et al., NeurIPS 2020, §3; tied Mahalanobis: Lee et al., NeurIPS 2018, §2",
  start(params, setting) {
    const share = params["unusual"] as number;
    const scatter = initScatter(setting.classes.length, setting.classes.length);
    let metric: Mahalanobis | undefined;
    const sums: number[] = [];
    const distances: number[] = [];
    // Whoever is among the strongest by the smaller percentile is among the strongest by one of the two.
    const lowest = new Shortlist("unusual", setting);
    const farthest = new Shortlist("unusual", setting);
    return {
      survey({ raw }) {
        for (let row = 0; row < raw!.rows; row++) addScatter(scatter, raw!.batch.values, row, raw!.predicted[row]!);
      },
      inspect(rows) {
        const { batch, predicted, logSumExp } = rows.raw!;
        metric ??= mahalanobis(scatter);
        const apart = metric.distances(batch.values, predicted);
        for (let row = 0; row < batch.rows; row++) {
          const distance = apart[row]!;
          sums.push(logSumExp[row]!);
          distances.push(distance);
          const found = (): Pick<TriageItem, "evidence" | "text"> => ({
            evidence: { logSumExp: logSumExp[row]!, distance },
            text: setting.classes[predicted[row]!]!,
          });
          lowest.add(rows, row, -logSumExp[row]!, found);
          if (!Number.isNaN(distance)) farthest.add(rows, row, distance, found);
        }
      },
      finish() {
        const ranks = { logSumExp: extremes(sums, -1), distance: extremes(distances, 1) };
        let count = 0;
        for (let i = 0; i < sums.length; i++)
          if (Math.min(ranks.logSumExp(sums[i]!), ranks.distance(distances[i]!)) <= share) count++;
        const items = new Map([...lowest.items(), ...farthest.items()].map((item) => [item.row, item]));
        const ranked = [...items.values()]
          .map((item) => withPercentile(item, ranks))
          .filter(({ percentile }) => percentile <= share)
          .sort((a, b) => a.percentile - b.percentile || a.item.row - b.item.row);
        return { counts: { unusual: count }, items: ranked.slice(0, setting.top).map(({ item }) => item) };
      },
    };
  },
};

type Ranks = Record<"logSumExp" | "distance", (value: number) => number>;

function withPercentile(item: TriageItem, ranks: Ranks): { item: TriageItem; percentile: number } {
  const winner = item.text;
  const logSumExp = item.evidence["logSumExp"] as number;
  const distance = item.evidence["distance"] as number;
  const low = ranks.logSumExp(logSumExp);
  const far = ranks.distance(distance);
  const percentile = Math.min(low, far);
  const evidence: TriageItem["evidence"] = {
    score: low <= far ? "logSumExp" : "distance",
    percentile,
    logSumExp,
    logSumExpPercentile: low,
  };
  // The only row with its winner has nothing to be far from.
  if (!Number.isNaN(distance)) Object.assign(evidence, { distance, distancePercentile: far });
  const text =
    low <= far
      ? `little evidence for any class: log-sum-exp ${logSumExp.toFixed(2)}, among the lowest ${formatPercent(low)} of rows`
      : `far from the other rows called ${winner}: distance ${distance.toFixed(2)}, among the largest ${formatPercent(far)} of rows`;
  return { item: { ...item, evidence, text }, percentile };
}

/** The share of `values` at least as extreme as a value: as low (sign −1) or as high (sign 1). NaN is not extreme. */
function extremes(values: readonly number[], sign: 1 | -1): (value: number) => number {
  const sorted = Float64Array.from(
    values.filter((value) => !Number.isNaN(value)),
    (value) => -sign * value,
  ).sort();
  return (value) => {
    if (Number.isNaN(value)) return 1;
    return countUpTo(sorted, -sign * value) / sorted.length;
  };
}
