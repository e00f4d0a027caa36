import type { Predictions } from "../core/index.js";
import type { TriageMethod } from "./method.js";
import { formatPercent } from "./percent.js";
import { Shortlist } from "./shortlist.js";

/**
 * Probably mislabelled, by confident learning: the label's probability is below its class's threshold, and another class reaches its own threshold.
 * The threshold of a class is the mean probability it has on the rows labelled with it. The largest p(suggested) − p(label) first.
 *
 * A suggestion must also be more probable than the label, and than chance (1/classes): a class that the model does not know has a threshold near 0,
 * which says nothing. Northcutt, Jiang & Chuang, JAIR 2021, §3.1.
 */
export const mislabelled: TriageMethod = {
  name: "mislabelled",
  family: "triage",
  title: "Probably mislabelled",
  needs: "labels",
  help: "Another class is as sure as its rows usually are, and the label is not",
  params: [],
  source: "Confident learning: Northcutt, Jiang & Chuang, JAIR 2021, §3.1",
  start(_, setting) {
    const names = setting.classes;
    const list = new Shortlist("mislabelled", setting);
    const sum = new Float64Array(names.length);
    const rowsOf = new Float64Array(names.length);
    let thresholds: Float64Array | undefined;
    let count = 0;
    return {
      survey({ scores }) {
        for (let row = 0; row < scores.rows; row++) {
          const label = scores.labels![row]!;
          sum[label]! += probability(scores, row, label);
          rowsOf[label]!++;
        }
      },
      inspect(rows) {
        const { scores } = rows;
        // A class without rows has no threshold (NaN), and so is never suggested.
        thresholds ??= sum.map((total, k) => total / rowsOf[k]!);
        for (let row = 0; row < scores.rows; row++) {
          const label = scores.labels![row]!;
          const own = probability(scores, row, label);
          if (own >= thresholds[label]!) continue;
          const suggested = surest(scores, row, thresholds, Math.max(own, 1 / names.length));
          if (suggested === -1) continue;
          count++;
          const p = probability(scores, row, suggested);
          const [labelThreshold, suggestedThreshold] = [thresholds[label]!, thresholds[suggested]!];
          list.add(rows, row, p - own, () => ({
            evidence: {
              selfConfidence: own,
              labelThreshold,
              suggested: names[suggested]!,
              suggestedP: p,
              suggestedThreshold,
            },
            text: `labelled ${names[label]} (${formatPercent(own)}, where its rows average ${formatPercent(labelThreshold)}), probably ${names[suggested]} (${formatPercent(p)}, average ${formatPercent(suggestedThreshold)})`,
          }));
        }
      },
      finish: () => ({ counts: { mislabelled: count }, items: list.items() }),
    };
  },
};

function probability({ batch, classes, logSumExp }: Predictions, row: number, k: number): number {
  return Math.exp(batch.values[row * classes + k]! - logSumExp[row]!);
}

/** The most probable of the classes that reach their thresholds and have more than `least`; −1 when there is none. */
function surest(scores: Predictions, row: number, thresholds: Float64Array, least: number): number {
  let best = -1;
  let highest = least;
  for (let k = 0; k < thresholds.length; k++) {
    const p = probability(scores, row, k);
    if (p > highest && p >= thresholds[k]!) {
      best = k;
      highest = p;
    }
  }
  return best;
}
