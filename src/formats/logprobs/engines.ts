import type { LogprobCapture } from "../../core/index.js";

/** What is documented about an engine's numbers. No payload says it. */
export interface EngineFacts {
  stage: LogprobCapture["stage"];
  /** The temperature in them, where it is none of the request's. */
  temperature?: number;
  /** Why, or what changes it. */
  note: string;
}

/** Stage of the log-probabilities of each engine, read in its source or documentation. */
export const engines: Readonly<Record<string, EngineFacts>> = {
  vllm: { stage: "raw", note: "vLLM's default is raw; with logprobs_mode processed_logprobs say stage processed." },
  "llama.cpp": {
    stage: "raw",
    note: "llama.cpp gives probabilities before its samplers, unless post_sampling_probs is set.",
  },
  "ollama-mlx": { stage: "raw", note: "Ollama's MLX runner takes them before temperature." },
  "mistral.rs": { stage: "raw", note: "mistral.rs takes them before temperature." },
  "mlx-lm": { stage: "processed", temperature: 1, note: "mlx-lm takes them after penalties and before temperature." },
  tgi: { stage: "processed", note: "TGI takes them after temperature and filters." },
  sglang: { stage: "processed", note: "SGLang takes them after temperature." },
  "web-llm": { stage: "processed", note: "web-llm takes them after temperature." },
  "node-llama-cpp": { stage: "processed", note: "node-llama-cpp has probabilities after sampling only." },
  transformers: { stage: "unknown", note: "logits are raw, scores are processed." },
  ollama: {
    stage: "unknown",
    note: "Of Ollama's runners only one is documented: engine ollama-mlx, or stage, says more.",
  },
  openai: { stage: "unknown", note: "OpenAI does not say whether temperature is in its numbers." },
  gemini: { stage: "unknown", note: "Gemini does not say whether temperature is in its numbers." },
  together: { stage: "unknown", note: "Together does not say whether temperature is in its numbers." },
  deepseek: { stage: "unknown", note: "DeepSeek does not say whether temperature is in its numbers." },
  xai: { stage: "unknown", note: "xAI does not say whether temperature is in its numbers." },
  "openai-compatible": {
    stage: "unknown",
    note: "Many servers write this, some before and some after temperature; engine or stage says which.",
  },
};
