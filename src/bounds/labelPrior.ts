import { LogitsError } from "../core/index.js";
import { type LabelScore, type LabelScores, logSum } from "./labelScores.js";

/**
 * Takes out what a model says of the labels before it has read anything: score_k − ln q_k, where q is the mean over content-free inputs ("N/A", "",
 * "[MASK]" in place of the text) of the probabilities of the labels, renormalised among them.
 *
 * Zhao, Wallace, Feng, Klein & Singh, Calibrate Before Use, ICML 2021, §5 (W = diag(q)⁻¹); with one input also the domain-conditional pointwise mutual
 * information of Holtzman et al., EMNLP 2021. Intervals stay intervals: lo − ln q's hi, hi − ln q's lo.
 *
 * @param prior scores of the same labels for one or more content-free inputs; a uniform one is the no-op.
 * @throws "mismatch" when the labels are others; "bad-argument" when there is no prior.
 * @example
 *     withoutPrior(scoreLabels(capture, labels), scoreLabels(contentFree, labels))
 */
export function withoutPrior(scores: LabelScores, prior: LabelScores | readonly LabelScores[]): LabelScores {
  const priors = Array.isArray(prior) ? (prior as readonly LabelScores[]) : [prior as LabelScores];
  if (priors.length === 0)
    throw new LogitsError("bad-argument", "Cannot correct label scores: there must be at least 1 prior, got none");
  for (const { labels } of priors)
    if (labels.length !== scores.labels.length || labels.some((label, k) => label !== scores.labels[k]))
      throw new LogitsError(
        "mismatch",
        `Cannot correct label scores: the prior must have the labels ${scores.labels.join(", ")}, got ${labels.join(", ")}`,
      );
  const shares = priors.map(({ scores }) => scores.map((_, k) => share(scores, k)));
  const mean = (k: number, end: keyof LabelScore): number | undefined => {
    const all = shares.map((share) => share[k]![end]);
    return all.some((one) => one === undefined) ? undefined : logSum(all as number[]) - Math.log(all.length);
  };
  return {
    ...scores,
    scores: scores.scores.map(({ lo, hi, logprob }, k) => {
      const exact = mean(k, "logprob");
      const ends = { lo: lo - mean(k, "hi")!, hi: hi - mean(k, "lo")! };
      return logprob === undefined || exact === undefined || exact === -Infinity
        ? ends
        : { ...ends, logprob: logprob - exact };
    }),
  };
}

/** ln of a label's share among the labels: least when it has its least and the others their most. */
function share(scores: readonly LabelScore[], k: number): LabelScore {
  const against = (own: number, others: keyof LabelScore): number =>
    own - logSum([own, ...scores.filter((_, j) => j !== k).map((score) => score[others]!)]);
  const { lo, hi, logprob } = scores[k]!;
  const all = scores.every((score) => score.logprob !== undefined);
  const ends = { lo: lo === -Infinity ? lo : against(lo, "hi"), hi: against(hi, "lo") };
  return all ? { ...ends, logprob: against(logprob!, "logprob") } : ends;
}
