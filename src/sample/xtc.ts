import type { Params, Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { weightsOf } from "./draw.js";
import { idsOf } from "./history.js";
import { idsByKey, leftIds } from "./ranking.js";
import { massOver, peakOf, probabilitiesOf } from "./row.js";
import { tiesParam } from "./rules.js";

/**
 * Excludes top choices: with the given chance, removes every token whose probability is at least the threshold, except the least probable of them.
 *
 * `roll` says when it acts: u ≤ chance (llama.cpp) or u < chance; `boundary` whether a token exactly at the threshold counts; `ties` whether all that tie
 * with the least probable stay (mlx-lm). `xtcProtect` are tokens that must not be removed: with `xtcProtection` "skip" nothing is removed if one of them
 * would be (text-generation-webui), with "spare" they alone stay (mlx-lm), with "ignore" they are
 * not among the top choices to begin with (exllamav3).
 *
 * `roll` "expected" throws no dice: it leaves the distribution that they would lead to on average (exllamav3).
 *
 * Probabilities are over the tokens left. Of equal scores the highest id counts as the least probable.
 *
 * @param xtcProbability chance; range [0, 1], default and no-op 0
 * @param xtcThreshold threshold; range [0, 1], default 0.1; above 0.5 no two tokens reach it and nothing is ever removed
 *
 * @throws LogitsError `bad-argument` where it needs chance and the context has no dice, and for ids that are none
 *
 * @example
 *     xtc.apply(Float64Array.of(0.4, 0.3, 0.2, 0.1).map(Math.log), { xtcProbability: 1, xtcThreshold: 0.15 }, { dice: () => 0 }).map(Math.exp)
 *     // [0, 0, 0.2, 0.1]
 */
export const xtc: Sampler = defineSampler({
  name: "xtc",
  role: "filter",
  help: "With some chance, removes all tokens above a threshold but the least probable of them",
  params: [
    {
      name: "xtcProbability",
      type: "number",
      min: 0,
      max: 1,
      default: 0,
      noop: 0,
      help: "How often the top choices are removed",
    },
    {
      name: "xtcThreshold",
      type: "number",
      min: 0,
      max: 1,
      default: 0.1,
      help: "From which probability a token is a top choice",
    },
    {
      name: "roll",
      type: "choice",
      choices: ["<=", "<", "expected"],
      default: "<=",
      help: "How u compares with the chance, or no dice but the distribution they lead to",
    },
    {
      name: "boundary",
      type: "choice",
      choices: ["keep", "drop"],
      default: "keep",
      help: "What becomes of a token exactly at the limit",
    },
    tiesParam,
    { name: "xtcProtect", type: "string", default: "", help: "Ids that must not be removed, comma-separated" },
    {
      name: "xtcProtection",
      type: "choice",
      choices: ["skip", "spare", "ignore"],
      default: "spare",
      help: "Remove nothing when a protected token would be, spare it alone, or look at the others only",
    },
  ],
  source: "p-e-w, text-generation-webui #6335; llama.cpp",
  change(row, params, context, place) {
    const chance = numberOf(params, "xtcProbability");
    const guarded = new Set(idsOf(params["xtcProtect"], "xtcProtect"));
    if (params["roll"] === "expected") return mix(row, chance, topChoices(row, params, guarded), guarded);
    const u = context.dice(place);
    if (params["roll"] === "<" ? u >= chance : u > chance) return;
    const excluded = topChoices(row, params, guarded);
    if (params["xtcProtection"] === "skip" && excluded.some((id) => guarded.has(id))) return;
    for (const id of excluded) if (!guarded.has(id)) row[id] = -Infinity;
  },
  reasons(row, params) {
    const p = probabilitiesOf(row);
    const limit = numberOf(params, "xtcThreshold");
    return (id) => ({
      value: p[id]!,
      limit,
      text: `it is a top choice: its probability is ${p[id]!.toPrecision(3)}, others reach ${limit} too, and the dice said to exclude`,
    });
  },
});

function topChoices(row: Float64Array, params: Params, guarded: ReadonlySet<number>): number[] {
  const { weights, total } = weightsOf(row);
  const limit = numberOf(params, "xtcThreshold") * total;
  const drop = params["boundary"] === "drop";
  const ignored = params["xtcProtection"] === "ignore" ? guarded : new Set<number>();
  const reaching = leftIds(row).filter(
    (id) => !ignored.has(id) && (drop ? weights[id]! > limit : weights[id]! >= limit),
  );
  const above = [...idsByKey(reaching, row, -1)];
  const last = above.at(-1);
  if (last === undefined) return [];
  return params["ties"] === "keep" ? above.filter((id) => row[id]! > row[last]!) : above.slice(0, -1);
}

/** The mean of the distributions with and without the top choices. */
function mix(row: Float64Array, chance: number, excluded: readonly number[], guarded: ReadonlySet<number>): void {
  const out = excluded.filter((id) => !guarded.has(id));
  if (out.length === 0) return;
  const gone = new Set(out);
  const [lost, left] = [true, false].map((isOut) =>
    row.map((score, id) => (gone.has(id) === isOut ? score : -Infinity)),
  );
  const [first, next] = [peakOf(lost!), peakOf(left!)];
  // ln(1 + chance·m/(1 − m)), which stays finite where 1 − m rounds to 0.
  const ratio = Math.log((chance * massOver(lost!, first)) / massOver(left!, next)) + (first - next);
  const more = Math.max(0, ratio) + Math.log1p(Math.exp(-Math.abs(ratio)));
  for (let id = 0; id < row.length; id++) row[id]! += gone.has(id) ? Math.log1p(-chance) : more;
}
