// Min-p in transformers.js, which has none, and a seed that writes the same text everywhere. Run it: node examples/transformersJs.mjs
import { AutoModelForCausalLM, AutoTokenizer, env } from "@huggingface/transformers";
import { generationOptions } from "logits/transformers-js";

Object.assign(env, { allowRemoteModels: false, localModelPath: "data/" });

export async function write(prompt = "It was a truth", seed = 7) {
  const tokenizer = await AutoTokenizer.from_pretrained("model");
  const model = await AutoModelForCausalLM.from_pretrained("model", { dtype: "fp32" });
  const sampling = generationOptions({ temperature: 0.8, minP: 0.05 }, { seed, drawing: true });
  const output = await model.generate({ ...tokenizer(prompt), max_new_tokens: 24, ...sampling });
  await model.dispose();
  return tokenizer.decode(output[0], { skip_special_tokens: true });
}

if (process.argv[1]?.endsWith("transformersJs.mjs")) console.log(await write());
