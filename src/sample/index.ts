/**
 * From a row of logits to the next token: every sampler of every engine, with its rules named, and a trace of why each token lived or died.
 *
 *     logits ──► chain of samplers ──► draw ──► token
 *
 * A sampler takes a row and gives a row; removed tokens are −Infinity. Nothing but (seed, sequence, step) and the row decides what is drawn.
 */
export {
  acceptToken,
  type ChainStep,
  chainOf,
  diceOf,
  type DrawKey,
  runChain,
  type Step,
  type Watcher,
} from "./chain.js";
export { compareProfiles, type Comparison, type EngineDistance, type EngineRow } from "./compare.js";
export { contextOf } from "./define.js";
export { drawToken, tokenAt } from "./draw.js";
export { type Constraint, generate, type GeneratedToken, type GenerateOptions, type Stopped } from "./generate.js";
export { lintSettings, passedOver, type Remark } from "./lint.js";
export { profile, profiles } from "./profiles/index.js";
export { type Profile, profileChain, settingsUnder } from "./profiles/profile.js";
export { gumbelNoise, gumbelToken } from "./gumbel.js";
export { sample, type Sampled, type SampleOptions } from "./sample.js";
export { samplers } from "./samplers.js";
export { type Settings, settingsChain } from "./settings.js";
export { createStepper, type KeptTokens, type StepContext, type Stepper } from "./stepper.js";
export { type RemovedToken, type Trace, type TraceStep, tracer } from "./trace.js";
export { adaptiveP } from "./adaptiveP.js";
export { contrastive } from "./contrastive.js";
export { dola, dolaLayer, type LayerDivergence } from "./dola.js";
export { dynamicTemperature } from "./dynamicTemperature.js";
export { epsilonCutoff } from "./epsilonCutoff.js";
export { etaCutoff } from "./etaCutoff.js";
export { guidance } from "./guidance.js";
export { infill } from "./infill.js";
export { lzPenalty } from "./lzPenalty.js";
export { intersectMasks, isAllowed, mask, maskOf } from "./mask.js";
export { minP } from "./minP.js";
export { mirostat } from "./mirostat.js";
export { quadraticSmoothing } from "./quadraticSmoothing.js";
export { skew } from "./skew.js";
export { tailFree } from "./tailFree.js";
export { temperature } from "./temperature.js";
export { topA } from "./topA.js";
export { topH } from "./topH.js";
export { topK } from "./topK.js";
export { topNSigma } from "./topNSigma.js";
export { topP } from "./topP.js";
export { typical } from "./typical.js";
export { xtc } from "./xtc.js";
export { allowedTokens, suppressTokens, beginSuppressTokens } from "./allowedTokens.js";
export { logitBias } from "./logitBias.js";
export { sequenceBias, badWords } from "./sequenceBias.js";
export { repetitionPenalty } from "./repetitionPenalty.js";
export { frequencyPresence } from "./frequencyPresence.js";
export { dry } from "./dry.js";
export { noRepeatNgram } from "./noRepeatNgram.js";
export { minLength, minNewTokens, forcedBos, forcedEos, exponentialDecayLength } from "./lengths.js";
export { reasoningBudget } from "./reasoningBudget.js";
export { detectKgw, kgw, type KgwDetection } from "./watermark/kgw.js";
export { detectSynthId, synthId, type SynthIdDetection } from "./watermark/synthId.js";
export { type Verified, verifyDraft, type VerifyOptions, type VerifyRule } from "./speculative.js";
export { type BeamModel, beamSearch } from "./beam/beamSearch.js";
export type { BeamText } from "./beam/group.js";
export type { BeamOptions } from "./beam/options.js";
