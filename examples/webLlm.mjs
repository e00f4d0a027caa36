// Min-p in web-llm, which has none. In a page with WebGPU: write(await import("@mlc-ai/web-llm"))
import { ChainLogitProcessor } from "logits/web-llm";

export async function write({ CreateMLCEngine }, content = "It was a truth", seed = 7) {
  const id = "SmolLM2-135M-Instruct-q0f16-MLC";
  const processor = new ChainLogitProcessor({ temperature: 0.8, minP: 0.05 }, { seed, drawing: true });
  const engine = await CreateMLCEngine(id, { logitProcessorRegistry: new Map([[id, processor]]) });
  const request = { messages: [{ role: "user", content }], temperature: 1, top_p: 1, max_tokens: 24 };
  const { choices } = await engine.chat.completions.create(request);
  return choices[0].message.content;
}
