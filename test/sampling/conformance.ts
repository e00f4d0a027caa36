// Runs a case of test/golden/sampling through our profile of the same engine and says how it differs.
import { createHash } from "node:crypto";
import type { SampleContext } from "../../src/core/index.js";
import {
  acceptToken,
  type ChainStep,
  chainOf,
  profile,
  profileChain,
  runChain,
  samplers,
  type Settings,
  settingsChain,
  type Step,
} from "../../src/sample/index.js";
import { samplingInput, type SamplingInput } from "../golden/sampling/inputs.js";

type Input = SamplingInput | { logits: (number | string)[] };
type Value = number | string | boolean | number[] | number[][] | Record<string, number | string> | unknown;

export interface Kept {
  kept: number;
  keptHash: string;
  top: [number, number][];
}

export interface Case extends Partial<Kept> {
  name: string;
  input: Input;
  order?: string[];
  settings: Record<string, Value>;
  history?: { prompt: number[]; output: number[] };
  logits?: [number, number | string][];
  splitsTies?: boolean;
  eos?: number[];
  maxLength?: number;
  minKeep?: number;
  protectedTokens?: number[];
  picked?: number;
  native?: { make_sampler?: { temp?: number } };
  breakers?: unknown;
  state?: Record<string, number>;
  steps?: (Partial<Kept> & { input: Input; picked?: number; state?: Record<string, number> })[];
  unconditional?: Input;
}

export interface Golden {
  engine: string;
  package: string;
  version: string;
  command: string;
  tolerance?: number;
  cases: Case[];
}

export function rowOf(input: Input): Float32Array {
  return "logits" in input ? Float32Array.from(input.logits, Number) : samplingInput(input);
}

/** Their names of samplers where they differ from ours. */
export const samplerNames: Record<string, string> = {
  typicalP: "typical",
  tfs: "tailFree",
  dynatemp: "dynamicTemperature",
  smoothing: "quadraticSmoothing",
};

/** The settings of a case as ours. */
export function settingsOf(
  engine: string,
  { settings, native, protectedTokens, breakers, maxLength, minKeep }: Case,
): Settings {
  const ours: Settings = {};
  for (const [name, value] of Object.entries(settings)) {
    if (name === "repetitionWindow") ours["penaltyWindow"] = value as number;
    else if (name === "minTokens") ours["minNewTokens"] = value as number;
    else if (name === "topK") ours["topK"] = Math.max(0, value as number);
    else if (name === "logitBias")
      ours[name] = Object.entries(value as Record<string, number>)
        .map(([id, bias]) => `${id}:${bias}`)
        .join(",");
    else if (name === "sequenceBias")
      ours[name] = (value as [number[], number][]).map(([ids, bias]) => `${ids.join(" ")}:${bias}`).join(";");
    else if (name === "badWords") ours[name] = (value as number[][]).map((ids) => ids.join(" ")).join(";");
    else if (name === "exponentialDecayLength") [ours["decayStart"], ours["decayFactor"]] = value as [number, number];
    else if (name === "drySequenceBreakers") continue;
    else if (name === "forcedEos") ours[name] = String(value);
    else if (Array.isArray(value)) ours[name] = value.join(",");
    else ours[name] = value as number;
  }
  // Its command says so once for all cases.
  if (engine === "text-generation-webui" && "xtcProbability" in settings) ours["xtcProtect"] = "9,2";
  const temp = native?.make_sampler?.temp;
  if (engine === "mlx-lm" && temp !== undefined) ours["temperature"] = temp;
  if (protectedTokens) ours["xtcProtect"] = protectedTokens.join(",");
  const sequences = settings["drySequenceBreakers"] ?? breakers;
  if (Array.isArray(sequences)) ours["dryBreakers"] = sequences.map((ids) => [ids].flat().join(" ")).join(";");
  if (maxLength !== undefined) ours["maxLength"] = maxLength;
  if (minKeep !== undefined) ours["minKeep"] = minKeep;
  return ours;
}

/** Our chain for a case: the profile's, or of the samplers that the case names, by the profile's rules. */
export function chainFor(engine: string, one: Case): Step[] {
  const settings = settingsOf(engine, one);
  const own = profile(engine);
  if (one.steps) {
    const rules = Object.fromEntries(own.order.map(({ sampler, rules }) => [sampler, rules ?? {}]));
    return settingsChain(samplers, settings).map(({ sampler, params }) => ({
      sampler,
      params: { ...params, ...rules[sampler.name] },
    }));
  }
  if (!one.order) {
    const chain = profileChain(own, settings);
    return one.logits ? chain.filter(({ sampler }) => sampler.role === "penalty") : chain;
  }
  const steps = one.order.map((theirs): ChainStep => {
    // koboldcpp's, which always runs.
    if (theirs === "prefilter") return { sampler: "topK", params: { topK: 3000 } };
    const name = samplerNames[theirs] ?? theirs;
    const sampler = samplers.find((candidate) => candidate.name === name);
    if (!sampler) throw new Error(`no sampler ${name}`);
    const known = Object.entries(settings).filter(([key]) => sampler.params.some((param) => param.name === key));
    return {
      sampler: name,
      params: { ...Object.fromEntries(known), ...own.order.findLast((step) => step.sampler === name)?.rules },
    };
  });
  return chainOf(samplers, steps);
}

function differences(
  row: Float64Array,
  { kept, keptHash, top }: Kept,
  splitsTies: boolean,
  tolerance: number,
): string | undefined {
  let peak = -Infinity;
  for (const score of row) if (score > peak) peak = score;
  let sum = 0;
  const ids: number[] = [];
  for (let id = 0; id < row.length; id++) {
    if (row[id] === -Infinity) continue;
    ids.push(id);
    sum += Math.exp(row[id]! - peak);
  }
  if (ids.length !== kept) return `kept ${ids.length}, theirs ${kept}`;
  const hash = createHash("sha256")
    .update(new Uint8Array(Uint32Array.from(ids).buffer))
    .digest("hex");
  if (hash !== keptHash && !splitsTies) return `kept other tokens`;
  const ours = ids.map((id) => Math.exp(row[id]! - peak) / sum).sort((a, b) => b - a);
  for (const [i, [id, p]] of top.entries()) {
    const q = splitsTies ? ours[i]! : Math.exp(row[id]! - peak) / sum;
    if (!(Math.abs(p - q) <= tolerance)) return `token ${id}: p ${q}, theirs ${p}`;
  }
  return undefined;
}

/** Settings that say how much probability is kept: engines sum it in f32. */
const sums = ["topP", "typicalP", "topH", "tfs", "minP", "epsilonCutoff", "etaCutoff"];

/** How far the sums of an engine are off: llama.cpp, ollama and web-llm add up to 128,256 probabilities to one f32, koboldcpp 3,000, others in pairs. */
const sumError: Record<string, number> = {
  "llama.cpp": 2e-3,
  ollama: 2e-3,
  "mlx-lm": 2e-4,
  koboldcpp: 1e-4,
  "web-llm": 1e-3,
};

export type Verdict = { is: "equal" | "boundary" } | { is: "different"; how: string };

/**
 * Whether ours is theirs; `boundary` where it is so for a limit that differs by no more than their sums are off: then only tokens at the limit are
 * others.
 */
export function judge(golden: Golden, one: Case): Verdict {
  const how = compareCase(golden, one);
  if (!how) return { is: "equal" };
  for (const name of sums) {
    const value = one.settings[name] ?? profile(golden.engine).defaults[name];
    if (typeof value !== "number" || one.kept === undefined) continue;
    const off = sumError[golden.engine] ?? 2e-5;
    const counts = [value - off, value + off].map((moved) =>
      countOf(
        finalRow(golden.engine, { ...one, settings: { ...one.settings, [name]: Math.min(1, Math.max(1e-9, moved)) } }),
      ),
    );
    if (one.kept >= Math.min(...counts) && one.kept <= Math.max(...counts)) return { is: "boundary" };
  }
  return { is: "different", how };
}

const countOf = (row: Float64Array): number => row.reduce((count, score) => count + (score > -Infinity ? 1 : 0), 0);

function finalRow(engine: string, one: Case): Float64Array {
  return runChain(rowOf(one.input), chainFor(engine, one), contextOf(one));
}

function contextOf(one: Case): Partial<SampleContext> {
  const { prompt, output } = one.history ?? { prompt: [], output: [] };
  return {
    history: [...prompt, ...output],
    promptLength: prompt.length,
    dice: () => 0,
    ...(one.eos && { eos: one.eos }),
    ...(one.unconditional && { other: rowOf(one.unconditional) }),
  };
}

/** Undefined where ours is theirs. */
function compareCase({ engine, tolerance: theirs = 1e-6 }: Golden, one: Case): string | undefined {
  // The mixture has a sum of probabilities in it once more.
  const tolerance = engine === "exllamav3" && "xtcProbability" in one.settings ? 1e-5 : theirs;
  const chain = chainFor(engine, one);
  const context = contextOf(one);
  if (one.steps) return compareSteps(chain, one, context, tolerance);
  const row = runChain(rowOf(one.input), chain, context);
  if (one.picked !== undefined && one.kept === undefined)
    return row[one.picked] === Math.max(...row) ? undefined : `token ${one.picked} is not the most probable`;
  if (!one.logits) return differences(row, one as Kept, one.splitsTies ?? false, tolerance);
  for (const [id, value] of one.logits) {
    const theirs = Number(value);
    if (row[id] !== theirs && !(Math.abs(row[id]! - theirs) <= 2e-6 * Math.max(1, Math.abs(theirs))))
      return `token ${id}: score ${row[id]}, theirs ${theirs}`;
  }
  return undefined;
}

/** It multiplies an error of a probability by more than 30, and their probabilities are sums of f32. */
const adaptiveTolerance = 5e-4;

function compareSteps(
  chain: Step[],
  one: Case,
  context: Parameters<typeof runChain>[2],
  tolerance: number,
): string | undefined {
  const state: Record<string, Record<string, number>> = {};
  for (const [i, step] of one.steps!.entries()) {
    const logits = rowOf(step.input);
    const row = runChain(logits, chain, { ...context, state });
    const apart =
      step.kept === undefined
        ? undefined
        : differences(row, step as Kept, false, "adaptiveTarget" in one.settings ? adaptiveTolerance : tolerance);
    if (apart) return `step ${i}: ${apart}`;
    if (step.picked !== undefined) acceptToken(step.picked, logits, chain, { ...context, state, seed: 0 });
    const bound = Object.values(state)[0]?.["bound"];
    const theirs = step.state?.["mu"];
    if (bound !== undefined && theirs !== undefined && !(Math.abs(bound - theirs) < 1e-4))
      return `step ${i}: bound ${bound}, theirs ${theirs}`;
  }
  return undefined;
}
