import type { TriageMethod } from "./method.js";
import { formatPercent, formatPoints } from "./percent.js";
import { Shortlist } from "./shortlist.js";

/** Torn: p₁ − p₂ < `torn`. The closest first. With labels it also counts how many of them are wrong. */
export const torn: TriageMethod = {
  name: "torn",
  family: "triage",
  title: "Torn",
  needs: "scores",
  help: "The two largest probabilities are close together",
  params: [
    {
      name: "torn",
      type: "number",
      min: 0,
      max: 1,
      default: 0.1,
      noop: 0,
      help: "Torn below this difference between the two largest probabilities",
    },
  ],
  source: "Margin sampling: Scheffer, Decomain & Wrobel, IDA 2001",
  start(params, setting) {
    const limit = params["torn"] as number;
    const list = new Shortlist("torn", setting);
    let count = 0;
    let errors = 0;
    return {
      inspect(rows) {
        const { scores, margins } = rows;
        for (let row = 0; row < scores.rows; row++) {
          const margin = margins[row]!;
          if (!(margin < limit)) continue;
          count++;
          if (scores.correct?.[row] === 0) errors++;
          list.add(rows, row, -margin, () => {
            const p = scores.confidence[row]!;
            const runnerUp = setting.classes[rows.runnerUp[row]!]!;
            const winner = setting.classes[scores.predicted[row]!]!;
            return {
              evidence: { margin, limit, runnerUp, runnerUpP: p - margin },
              text: `${winner} ${formatPercent(p)} vs ${runnerUp} ${formatPercent(p - margin)}: ${formatPoints(margin)} apart, below ${formatPoints(limit)}`,
            };
          });
        }
      },
      finish: () => ({ counts: { torn: count, tornErrors: errors }, items: list.items() }),
    };
  },
};
