import type { Params } from "../../core/index.js";
import type { Step } from "../chain.js";
import { numberOf } from "../define.js";
import { rejection } from "../draw.js";
import { reachedAt } from "../topP.js";
import { onlyLowers } from "./penalties.js";

/** A step on the few tokens that are left, with its numbers where reading one allocates nothing. */
export interface FewStep {
  does: "scale" | "nucleus" | "nucleusAndEqual" | "minP";
  /** The factor; the share, and by what a limit is multiplied (see topP.ts); or the logarithm of p/p_max. */
  numbers: Float64Array;
}

/** How a chain is run without its whole rows: what is done to the tokens of the text, to all scores, and to the few that are left. */
export interface Program {
  penalties: readonly Step[];
  /** What all scores are multiplied by. */
  scale: number;
  /** How the tokens are found that are left: the k best, those from a logarithm of p/p_max on, or all; or by drawing until one is kept. */
  find:
    | { how: "topK"; k: number }
    | { how: "minP"; log: number }
    | { how: "all" }
    | { how: "draw" }
    | { how: "mirostat" | "topNSigma" | "xtc"; params: Params; place: number };
  afterwards: readonly FewStep[];
}

/** The program of a chain; undefined where it has a step that needs whole rows. */
export function programOf(chain: readonly Step[]): Program | undefined {
  const steps = chain.filter(({ sampler, params }) => !sampler.isOff(params));
  let i = 0;
  while (i < steps.length && onlyLowers(steps[i]!)) i++;
  const penalties = steps.slice(0, i);
  let scale = 1;
  while (i < steps.length && isPlainTemperature(steps[i]!)) {
    // Two factors are not one: they round twice.
    if (scale !== 1) return undefined;
    scale = 1 / numberOf(steps[i++]!.params, "temperature");
  }
  const rest = steps.slice(i);
  if (rest.length === 0)
    return penalties.length === 0 ? { penalties, scale, find: { how: "all" }, afterwards: [] } : undefined;
  if (rest.length === 1 && rejection(chain))
    return penalties.length === 0 ? { penalties, scale, find: { how: "draw" }, afterwards: [] } : undefined;
  const alone = rest.length === 1 && penalties.length === 0 ? aloneStep(rest[0]!) : undefined;
  if (alone) return { penalties, scale, find: { ...alone, place: chain.indexOf(rest[0]!) }, afterwards: [] };
  const [first, ...others] = rest;
  const afterwards: FewStep[] = [];
  for (const step of others) {
    const few = fewStep(step);
    if (!few) return undefined;
    afterwards.push(few);
  }
  const { sampler, params } = first!;
  if (sampler.name === "topK" && params["ties"] === "exact")
    return { penalties, scale, find: { how: "topK", k: numberOf(params, "topK") }, afterwards };
  const few = fewStep(first!);
  if (few?.does === "minP" && penalties.length === 0)
    return { penalties, scale, find: { how: "minP", log: few.numbers[0]! }, afterwards };
  return undefined;
}

/** Filters that are run over a whole row by thresholds, where nothing comes after them. */
function aloneStep({ sampler, params }: Step): { how: "mirostat" | "topNSigma" | "xtc"; params: Params } | undefined {
  const { name } = sampler;
  if (name === "mirostat" && params["mirostat"] === 2 && params["observed"] === "kept") return { how: name, params };
  if (name === "topNSigma") return { how: name, params };
  const plain = params["roll"] !== "expected" && params["xtcProtect"] === "" && params["ties"] === "exact";
  return name === "xtc" && plain && numberOf(params, "xtcThreshold") > 0.001 ? { how: name, params } : undefined;
}

/** Below it a score may not be finite any more. */
const coldest = 1e-30;

function isPlainTemperature({ sampler, params }: Step): boolean {
  return sampler.name === "temperature" && params["dynatempRange"] === 0 && numberOf(params, "temperature") >= coldest;
}

function fewStep(step: Step): FewStep | undefined {
  const { sampler, params } = step;
  if (isPlainTemperature(step)) return fewOf("scale", 1 / numberOf(params, "temperature"));
  if (params["minKeep"] !== 1) return undefined;
  if (sampler.name === "minP" && params["boundary"] === "keep")
    return fewOf("minP", Math.log(numberOf(params, "minP")));
  if (
    sampler.name === "topP" &&
    params["crossing"] === "keep" &&
    params["over"] === "kept" &&
    params["ties"] === "exact"
  )
    return nucleus(numberOf(params, "topP"), params["equal"] === "keep");
  return undefined;
}

const nucleus = (share: number, andEqual: boolean): FewStep =>
  fewOf(andEqual ? "nucleusAndEqual" : "nucleus", share, reachedAt(1, andEqual));

const fewOf = (does: FewStep["does"], ...numbers: number[]): FewStep => ({ does, numbers: Float64Array.from(numbers) });
