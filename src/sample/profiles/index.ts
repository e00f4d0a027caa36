import { LogitsError } from "../../core/index.js";
import { exllamav3 } from "./exllamav3.js";
import { koboldCpp } from "./koboldCpp.js";
import { llamaCpp } from "./llamaCpp.js";
import { mlxLm } from "./mlxLm.js";
import { ollama } from "./ollama.js";
import { openai } from "./openai.js";
import type { Profile } from "./profile.js";
import { sglang } from "./sglang.js";
import { textGenerationWebui } from "./textGenerationWebui.js";
import { transformers } from "./transformers.js";
import { transformersJs } from "./transformersJs.js";
import { vllm } from "./vllm.js";
import { webLlm } from "./webLlm.js";

export const profiles: readonly Profile[] = [
  llamaCpp,
  transformers,
  vllm,
  sglang,
  mlxLm,
  exllamav3,
  ollama,
  koboldCpp,
  textGenerationWebui,
  transformersJs,
  webLlm,
  openai,
];

/**
 * How an engine samples.
 *
 * @example
 *     profileChain(profile("llama.cpp"), { topP: 0.9 })
 */
export function profile(engine: string): Profile {
  const found = profiles.find((one) => one.engine === engine);
  if (found) return found;
  const names = profiles.map((one) => one.engine).join(", ");
  throw new LogitsError("bad-argument", `Cannot sample as ${engine}: an engine must be one of ${names}, got ${engine}`);
}
