import type { TriageMethod } from "./method.js";
import { formatPercent } from "./percent.js";
import { Shortlist } from "./shortlist.js";

/** Confidently wrong: the winner is not the label and p₁ > `wrong`. The largest log-odds first: they still differ where p₁ rounds to 1. */
export const confidentlyWrong: TriageMethod = {
  name: "confidentlyWrong",
  family: "triage",
  title: "Confidently wrong",
  needs: "labels",
  help: "The winner is not the label, and its probability is high",
  params: [
    {
      name: "wrong",
      type: "number",
      min: 0,
      max: 1,
      default: 0.9,
      noop: 1,
      help: "Confidently wrong above this probability",
    },
  ],
  source: "Overconfidence as in Guo et al., ICML 2017",
  start(params, setting) {
    const limit = params["wrong"] as number;
    const list = new Shortlist("confidentlyWrong", setting);
    let count = 0;
    return {
      inspect(rows) {
        const { scores } = rows;
        const { labels, correct, nll } = scores;
        if (!labels || !correct || !nll) return;
        for (let row = 0; row < scores.rows; row++) {
          const p = scores.confidence[row]!;
          if (correct[row] === 1 || !(p > limit)) continue;
          count++;
          const logOdds = scores.logOdds[row]!;
          list.add(rows, row, logOdds, () => {
            const labelP = Math.exp(-nll[row]!);
            const winner = setting.classes[scores.predicted[row]!]!;
            const label = setting.classes[labels[row]!]!;
            return {
              evidence: { p, limit, logOdds, labelP, nll: nll[row]! },
              text: `says ${winner} with ${formatPercent(p, p * Math.exp(-logOdds))}, the label is ${label} (${formatPercent(labelP)})`,
            };
          });
        }
      },
      finish: () => ({ counts: { confidentlyWrong: count }, items: list.items() }),
    };
  },
};
