import type { Sampler } from "../core/index.js";
import { allowedTokens, suppressTokens, beginSuppressTokens } from "./allowedTokens.js";
import { logitBias } from "./logitBias.js";
import { sequenceBias, badWords } from "./sequenceBias.js";
import { repetitionPenalty } from "./repetitionPenalty.js";
import { frequencyPresence } from "./frequencyPresence.js";
import { dry } from "./dry.js";
import { noRepeatNgram } from "./noRepeatNgram.js";
import { minLength, minNewTokens, forcedBos, forcedEos, exponentialDecayLength } from "./lengths.js";
import { reasoningBudget } from "./reasoningBudget.js";
import { adaptiveP } from "./adaptiveP.js";
import { contrastive } from "./contrastive.js";
import { dola } from "./dola.js";
import { dynamicTemperature } from "./dynamicTemperature.js";
import { epsilonCutoff } from "./epsilonCutoff.js";
import { etaCutoff } from "./etaCutoff.js";
import { guidance } from "./guidance.js";
import { infill } from "./infill.js";
import { lzPenalty } from "./lzPenalty.js";
import { mask } from "./mask.js";
import { minP } from "./minP.js";
import { mirostat } from "./mirostat.js";
import { quadraticSmoothing } from "./quadraticSmoothing.js";
import { skew } from "./skew.js";
import { tailFree } from "./tailFree.js";
import { temperature } from "./temperature.js";
import { topA } from "./topA.js";
import { topH } from "./topH.js";
import { topK } from "./topK.js";
import { topNSigma } from "./topNSigma.js";
import { topP } from "./topP.js";
import { typical } from "./typical.js";
import { kgw } from "./watermark/kgw.js";
import { synthId } from "./watermark/synthId.js";
import { xtc } from "./xtc.js";

/** Every sampler, in the order of a chain that no profile orders otherwise: what came before, temperature, top-k, top-p, min-p, the rest. */
export const samplers: readonly Sampler[] = [
  guidance,
  contrastive,
  dola,
  logitBias,
  sequenceBias,
  repetitionPenalty,
  frequencyPresence,
  dry,
  lzPenalty,
  noRepeatNgram,
  badWords,
  minLength,
  minNewTokens,
  forcedBos,
  forcedEos,
  exponentialDecayLength,
  allowedTokens,
  suppressTokens,
  beginSuppressTokens,
  reasoningBudget,
  mask,
  kgw,
  synthId,
  temperature,
  topK,
  topP,
  minP,
  typical,
  topNSigma,
  topA,
  topH,
  tailFree,
  epsilonCutoff,
  etaCutoff,
  dynamicTemperature,
  quadraticSmoothing,
  skew,
  xtc,
  infill,
  mirostat,
  adaptiveP,
];
