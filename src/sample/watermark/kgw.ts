import { checkParams, LogitsError, type Param, type Params, type Sampler } from "../../core/index.js";
import { binomialTail } from "../../stats/binomialTail.js";
import { defineSampler, numberOf } from "../define.js";
import { greenTokens } from "./greenTokens.js";

/** What must be the same in `kgw` and in `detectKgw`. */
const keyParams: readonly Param[] = [
  {
    name: "kgwGamma",
    type: "number",
    min: 0,
    max: 1,
    exclusiveMin: true,
    exclusiveMax: true,
    default: 0.25,
    help: "γ, share of green tokens",
  },
  { name: "kgwKey", type: "integer", min: 0, max: 2 ** 32 - 1, default: 15485863, help: "The secret" },
  {
    name: "kgwContext",
    type: "integer",
    min: 1,
    max: 16,
    default: 1,
    help: "h, how many tokens decide which are green",
  },
  {
    name: "kgwSeeding",
    type: "choice",
    choices: ["left", "self"],
    default: "left",
    help: "Whether they are the h before, or the smallest hash of the candidate with itself and the h − 1 before",
  },
];

/**
 * Watermark of Kirchenbauer and others: a secret share γ of all tokens is green, another one after every context, and green tokens get δ more.
 *
 *     z′ = z + δ   for green tokens
 *
 * The pseudo-random function is our own, the same on every machine: see `greenTokens`. Each token is green with probability γ on its own (not exactly γ·V of
 * them), so a detector needs no vocabulary. Texts marked by transformers or TGI, whose lists are shuffled by the generator of torch, are not detected by
 * this detector, nor are these by theirs.
 *
 * Nothing is changed before there are h tokens (`left`) or h − 1 (`self`) of history. Removed tokens stay removed.
 *
 * @param kgwDelta δ; any number, default and no-op 0; 2 is usual
 * @param kgwGamma γ; range (0, 1), default 0.25
 * @param kgwKey the secret; range 0 … 2³² − 1, default 15485863
 * @param kgwContext h; range [1, 16], default 1
 * @param kgwSeeding left or self; default left
 */
export const kgw: Sampler = defineSampler({
  name: "kgw",
  role: "shape",
  help: "Watermark: adds δ to a secret share of the tokens, another one after every context",
  params: [{ name: "kgwDelta", type: "number", default: 0, noop: 0, help: "δ" }, ...keyParams],
  source: "Kirchenbauer et al., ICML 2023, arXiv 2301.10226; ICLR 2024, arXiv 2306.04634",
  change(row, params, { history }) {
    const isGreen = greenTokens(keyOf(params), history);
    if (!isGreen) return;
    const delta = numberOf(params, "kgwDelta");
    for (let id = 0; id < row.length; id++) if (row[id]! > -Infinity && isGreen(id)) row[id]! += delta;
  },
});

const keyOf = (params: Params): Parameters<typeof greenTokens>[0] => ({
  gamma: numberOf(params, "kgwGamma"),
  key: numberOf(params, "kgwKey"),
  context: numberOf(params, "kgwContext"),
  self: params["kgwSeeding"] === "self",
});

/** What a detector found. */
export interface KgwDetection {
  /** Green tokens among those that count. */
  green: number;
  scored: number;
  /** (green − γN)/√(Nγ(1 − γ)). */
  z: number;
  /** P(at least as many green tokens | no watermark), exact: X ~ binomial(N, γ). */
  p: number;
}

/**
 * Looks for the watermark of `kgw` in a text.
 *
 *     z = (g − γN)/√(Nγ(1 − γ))        p = P(X ≥ g), X ~ binomial(N, γ)
 *
 * Tokens count from the first that has a whole context before it. A repeated context with the same token is green or not as it was the first time, and no
 * further evidence: it counts `once`, or every time with `all` (transformers' default), which makes p too small in repetitive text.
 *
 * @param ids the text, without its prompt
 * @param params `kgwGamma`, `kgwKey`, `kgwContext` and `kgwSeeding` as in `kgw`: with another γ or key nothing is found
 * @param repeats once or all; default once
 * @throws LogitsError `bad-argument` where no token counts
 *
 * Source: Kirchenbauer et al., ICML 2023, equation 3; ICLR 2024, §4 (repeated n-grams).
 */
export function detectKgw(ids: readonly number[], params: Params = {}, repeats: "once" | "all" = "once"): KgwDetection {
  const key = keyOf(checkParams({ name: "detectKgw", params: keyParams }, params));
  const before = key.self ? key.context - 1 : key.context;
  const seen = new Set<string>();
  let green = 0;
  let scored = 0;
  for (let at = before; at < ids.length; at++) {
    const gram = ids.slice(at - before, at + 1).join();
    if (repeats === "once" && seen.has(gram)) continue;
    seen.add(gram);
    scored++;
    if (greenTokens(key, ids.slice(at - before, at))!(ids[at]!)) green++;
  }
  if (scored === 0)
    throw new LogitsError(
      "bad-argument",
      `Cannot detect a watermark: the text must have at least ${before + 1} tokens, got ${ids.length}`,
    );
  const { gamma } = key;
  const z = (green - gamma * scored) / Math.sqrt(scored * gamma * (1 - gamma));
  return { green, scored, z, p: binomialTail(green, scored, gamma) };
}
