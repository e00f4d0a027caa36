// Typical sampling in a context of node-llama-cpp, which has none. Run it: node examples/nodeLlamaCpp.mjs
import { getLlama } from "node-llama-cpp";
import { sampleWith } from "logits/node-llama-cpp";

export async function write(prompt = "It was a truth", seed = 7) {
  const llama = await getLlama({ gpu: false, build: "never" });
  const model = await llama.loadModel({ modelPath: "data/model/model.gguf" });
  const sequence = (await model.createContext({ threads: 1 })).getSequence();
  const tokens = [model.tokens.bos, ...model.tokenize(prompt)];
  let text = prompt;
  const options = { seed, maxTokens: 24 };
  for await (const next of sampleWith(sequence, tokens, { temperature: 0.8, typicalP: 0.9 }, options))
    text += next.text;
  await llama.dispose();
  return text;
}

if (process.argv[1]?.endsWith("nodeLlamaCpp.mjs")) console.log(await write());
