// The kernel calls of web-llm's own LLMChatPipeline.sampleFromRawLogits: from_web_llm.py runs them.
//
// Run:  node test/golden/sampling/from_web_llm.mjs < cases.json > calls.json
// With: @mlc-ai/web-llm 0.2.86 from npm, which this repository installs for its tests
//
// The method is taken as it is from the package's lib/index.js, whose class is not exported, and runs with kernels and tensors that only note what they are given. A case is
// { config, genConfig, output }; `config` is the model's, `output` the ids generated so far. A call is [kernel, arguments]: an array of numbers with its type, or the name of a result.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";

const require = createRequire(import.meta.url);
const file = join(dirname(require.resolve("@mlc-ai/web-llm")), "index.js");
const source = readFileSync(file, "utf8");
const start = source.indexOf("    sampleFromRawLogits(logitsOnGPU, genConfig) {");
const method = source.slice(start, source.indexOf("\n    }\n", start) + 6);
if (start < 0 || !method.includes("fsampleWithTopP")) throw new Error("sampleFromRawLogits is not where it was");

/** What TypeScript makes of async. */
const awaiter = (self, _args, _promise, generator) => {
  const running = generator.apply(self, []);
  const go = async (value) => {
    const { done, value: next } = running.next(value);
    return done ? next : go(await next);
  };
  return go();
};
class Refused extends Error {
  constructor(name) {
    super(name);
  }
}
const own = new Function("__awaiter", "RangeError$1", "MinValueError", `return ({ ${method} }).sampleFromRawLogits`)(awaiter, Refused, Refused);

async function callsOf({ config, genConfig, output }) {
  const calls = [];
  const named = (name) => ({ name, view: () => named(name), shape: [1], dtype: "float32", dispose() {}, toArray: () => [0] });
  const tensor = (dtype) => ({ dtype, copyFrom(values) { this.values = values; return this; }, toArray: () => [0], dispose() {} });
  const noted = (x) => (x.name ? x.name : { dtype: x.dtype, values: [...x.values] });
  const kernel = (name, result) => (...args) => { calls.push([name, args.map(noted)]); return result; };
  const counts = new Map();
  for (const id of output) counts.set(id, (counts.get(id) ?? 0) + 1);
  const pipeline = {
    config,
    fullVocabSize: 0,
    appearedTokensFreq: counts,
    isGrammarConstrained: () => false,
    sampleIndices: new Int32Array([0]),
    sampleIndicesDevice: tensor("int32").copyFrom([0]),
    topPDevice: tensor("float32"),
    device: { sync: async () => {} },
    tvm: { beginScope() {}, endScope() {}, cpu() {}, detachFromCurrentScope: (x) => x, empty: (_shape, dtype) => tensor(dtype), uniform: () => named("uniform") },
    fapplyLogitBias: kernel("apply_logit_bias_inplace"),
    fapplyPenalty: kernel("apply_penalty_inplace"),
    fsoftmaxWithTemperature: kernel("softmax_with_temperature", named("probs")),
    fargsortProbs: kernel("argsort_probs", { get: (i) => named(["sortedProbs", "sortedIndices"][i]) }),
    fsampleWithTopP: kernel("sample_with_top_p", tensor("int32").copyFrom([0])),
  };
  try {
    await own.call(pipeline, named("logits"), genConfig);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { error: `refuses ${error.message}` };
  }
  return { calls };
}

const cases = JSON.parse(await text(process.stdin));
const version = JSON.parse(readFileSync(join(dirname(file), "..", "package.json"), "utf8")).version;
console.log(JSON.stringify({ version, cases: await Promise.all(cases.map(callsOf)) }));
