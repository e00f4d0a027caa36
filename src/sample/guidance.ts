import type { Logits, Params, Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { otherRow } from "./otherRow.js";
import { logSumExpOf } from "./row.js";

/**
 * Classifier-free guidance: moves the row away from the row of a negative (or empty) prompt, `context.other`.
 *
 *     unconditional   z′ = u + s·(c − u)      1 is off, 0 is the other row      (transformers, text-generation-webui, koboldcpp)
 *     conditional     z′ = c + s·(c − u)      0 is off                          (Dia)
 *
 * c is the row, u the other; s in the second is s − 1 of the first. `guidanceScores` says whether both are made log-probabilities first
 * (transformers) or taken as they are (koboldcpp): the distribution is the same, the scores differ by a constant, which matters only to a later sampler that
 * looks at their level. Tokens removed from the row stay removed and count in neither normalisation.
 *
 * @param guidanceScale s; any number, default and no-op 1 (conditional: no-op 0)
 * @param guidanceConvention unconditional or conditional; default unconditional
 * @param guidanceScores logprobs or logits; default logprobs
 * @throws LogitsError `bad-argument` without `context.other`, `mismatch` for another length, `not-finite` where a token that is left has no score in it
 */
export const guidance: Sampler = defineSampler({
  name: "guidance",
  role: "shape",
  help: "Classifier-free guidance: moves the scores away from those of a negative prompt",
  params: [
    { name: "guidanceScale", type: "number", default: 1, noop: 1, help: "s" },
    {
      name: "guidanceConvention",
      type: "choice",
      choices: ["unconditional", "conditional"],
      default: "unconditional",
      help: "Whether s starts at the other row, u + s(c − u), or at this one, c + s(c − u), where 0 is off",
    },
    {
      name: "guidanceScores",
      type: "choice",
      choices: ["logprobs", "logits"],
      default: "logprobs",
      help: "Whether both rows are made log-probabilities first",
    },
  ],
  source: "Sanchez et al., 2023, arXiv 2306.17806; transformers",
  isOff: (params) => weightOf(params) === 1,
  change(row, params, context) {
    const other = otherRow(row, context, "guide", "the row of the negative prompt");
    const weight = weightOf(params);
    const logprobs = params["guidanceScores"] === "logprobs";
    const shift = logprobs ? logSumExpOf(row) : 0;
    const otherShift = logprobs ? logSumExpOf(keptOf(other, row)) : 0;
    for (let id = 0; id < row.length; id++) {
      if (row[id] === -Infinity) continue;
      const u = other[id]! - otherShift;
      row[id] = u + weight * (row[id]! - shift - u);
    }
  },
});

/** The other row without the tokens that are removed from the row. */
function keptOf(other: Logits, row: Float64Array): Float64Array {
  const kept = new Float64Array(row.length);
  for (let id = 0; id < row.length; id++) kept[id] = row[id]! > -Infinity ? other[id]! : -Infinity;
  return kept;
}

/** The scale as it counts from the other row. */
const weightOf = (params: Params): number =>
  numberOf(params, "guidanceScale") + (params["guidanceConvention"] === "conditional" ? 1 : 0);
