// What transformers.js leaves of a row: the processors its generate() builds, then the top-k of its sampler, from its own files.
//
// Run:  node test/golden/sampling/from_transformers_js.mjs FOLDER      (writes transformers.js.json)
// With: FOLDER made by `npm i @huggingface/transformers@4.3.1 --ignore-scripts` (ONNXRUNTIME_NODE_INSTALL=skip), Node 20
//
// PreTrainedModel.prototype._get_logits_processor builds the list; MultinomialSampler is asked through LogitsSampler.getSampler with a `randomSelect` that keeps
// the probabilities it is given. f32. The rows are those of inputs.ts, made plain by tsc.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]);
const library = `${folder}/node_modules/@huggingface/transformers`;
const source = (file) => import(pathToFileURL(`${library}/src/${file}`).href);
const { PreTrainedModel } = await source("models/modeling_utils.js");
const { LogitsSampler } = await source("generation/logits_sampler.js");
const { GenerationConfig } = await source("generation/configuration_utils.js");
const { Tensor, topk } = await source("utils/tensor.js");
const { TemperatureLogitsWarper, ClassifierFreeGuidanceLogitsProcessor } = await source("generation/logits_process.js");
const { version } = JSON.parse(readFileSync(`${library}/package.json`, "utf8"));

const here = new URL("./", import.meta.url);
const plain = mkdtempSync(`${tmpdir()}/inputs-`);
execFileSync("npx", ["tsc", fileURLToPath(new URL("inputs.ts", here)), "--ignoreConfig", "--module", "esnext", "--target", "es2022", "--outDir", plain], { cwd: fileURLToPath(here) });
writeFileSync(`${plain}/package.json`, '{"type":"module"}');
const { samplingInput } = await import(pathToFileURL(`${plain}/inputs.js`).href);

const number = (x) => (Number.isFinite(x) ? Number(x.toPrecision(10)) : String(x));
const rowOf = (input) => (input.logits ? Float32Array.from(input.logits, Number) : samplingInput(input));
const hashOf = (ids) => createHash("sha256").update(new Uint8Array(Uint32Array.from(ids).sort().buffer)).digest("hex");
const label = (input) => (input.row ? `${input.row} ${input.vocab}` : `${input.logits.length} given`);
const words = (settings) => Object.entries(settings).map(([k, v]) => `${k} ${JSON.stringify(v)}`).join(" ") || "defaults";
const NATIVE = {
  temperature: "temperature", topK: "top_k", topP: "top_p", repetitionPenalty: "repetition_penalty", noRepeatNgramSize: "no_repeat_ngram_size", badWords: "bad_words_ids",
  minLength: "min_length", minNewTokens: "min_new_tokens", forcedBos: "forced_bos_token_id", forcedEos: "forced_eos_token_id", suppressTokens: "suppress_tokens",
  beginSuppressTokens: "begin_suppress_tokens", minP: "min_p", typicalP: "typical_p", epsilonCutoff: "epsilon_cutoff", etaCutoff: "eta_cutoff",
};
const cases = [];

function configOf(settings, { eos, maxLength } = {}) {
  const config = new GenerationConfig({});
  for (const [name, value] of Object.entries(settings)) config[NATIVE[name]] = value;
  config.do_sample = true;
  if (eos) config.eos_token_id = eos;
  if (maxLength) config.max_length = maxLength;
  return config;
}

function processed(input, config, history) {
  const logits = rowOf(input);
  const ids = [...(history?.prompt ?? []), ...(history?.output ?? [])].map(BigInt);
  const list = PreTrainedModel.prototype._get_logits_processor.call({}, config, history?.prompt.length ?? 0, null);
  return { built: [...list].map((p) => p.constructor.name), result: list([ids], new Tensor("float32", logits.slice(), [1, logits.length])) };
}

async function removing(name, input, settings, most = 16, { history, ...more } = {}) {
  const config = configOf(settings, more);
  const { built, result } = processed(input, config, history);
  const sampler = LogitsSampler.getSampler(config);
  const entry = { name: name ?? `${words(settings)}, ${label(input)}`, input, ...(history ? { history } : {}), settings };
  if (sampler.constructor.name !== "MultinomialSampler") {
    const [[picked]] = await sampler.sample(result);
    cases.push({ ...entry, native: { built, sampler: sampler.constructor.name }, picked: Number(picked), ...more });
    return;
  }
  let probabilities;
  sampler.randomSelect = (p) => {
    probabilities = p;
    return 0;
  };
  await sampler.sample(result);
  const [, order] = await topk(result, probabilities.length);
  const left = Array.from(probabilities, (p, i) => [Number(order.data[i]), p]).filter(([, p]) => p > 0);
  const z = rowOf(input);
  const kept = new Set(left.map(([id]) => id));
  const values = new Set(left.map(([id]) => z[id]));
  const splits = !history && z.some((value, id) => value > -Infinity && !kept.has(id) && values.has(value));
  left.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  cases.push({
    ...entry, native: { built, sampler: "MultinomialSampler", top_k: config.top_k }, kept: left.length, keptHash: hashOf(kept),
    top: left.slice(0, most).map(([id, p]) => [id, number(p)]), ...(splits ? { splitsTies: true } : {}), ...more,
  });
}

function changing(name, input, settings, history, more = {}) {
  const before = rowOf(input);
  const { built, result } = processed(input, configOf({ ...settings }, more), history);
  const logits = [];
  for (const [id, value] of result.data.entries()) if (value !== before[id]) logits.push([id, number(value)]);
  cases.push({ name, input, history, settings, native: { built }, logits, ...more });
}

const row = (name, vocab, seed = 1) => ({ row: name, vocab, seed });
const chains = [
  {}, { topK: 5 }, { topK: 0 }, { topK: 1 }, { temperature: 0.7 }, { temperature: 1.2, topK: 40 }, { temperature: 0.7, topK: 40, topP: 0.5 },
  { temperature: 1.2, topK: 40, topP: 0.9, minP: 0.05 }, { topK: 0, typicalP: 0.2, epsilonCutoff: 0.02, etaCutoff: 0.02 }, { temperature: 0 }, { temperature: 0.00001 },
];
for (const vocab of [10, 1000, 50257, 128256]) {
  for (const kind of ["typical", "flat", "ties", "masked", "negative"]) {
    for (const settings of chains) {
      if (vocab > 1000 && (kind === "negative" || (settings.topK === 0 && kind !== "typical"))) continue;
      await removing(undefined, row(kind, vocab), settings, Object.keys(settings).length ? 16 : 64);
    }
  }
}
const masked = (logits) => logits.map((x) => (x === -Infinity ? "-Infinity" : x));
for (const [logits, settings] of [[[3, 2, 2, 2, 1], { topK: 2 }], [[3, 2, 2, 2, 1], { topK: 3 }], [[2, 2, 2, 2, 2, 2], { topK: 3 }], [[5, -Infinity, 4, -Infinity, 3], { topK: 4 }],
  [[1, 5, 5, 0], { temperature: 0 }], [[1, 5, 5, 0], { temperature: -1 }], [[2, 1], { topK: 9 }]]) {
  await removing(`${words(settings)} ${JSON.stringify(masked(logits))}`, { logits: masked(logits) }, settings);
}
const long = { prompt: [3, 7, 7, 1, 4], output: [3, 7, 9, 3, 7] };
const some = { logits: [2, -2, 0, 1.5, -0.5, 3, 0.25, -1, 4, 0] };
for (const input of [row("typical", 10), row("negative", 10), some]) {
  for (const value of [1.2, 0.8]) changing(`repetitionPenalty ${value}, ${label(input)}`, input, { repetitionPenalty: value }, long);
  for (const size of [1, 2, 3, 4, 11, 12]) changing(`noRepeatNgramSize ${size}, ${label(input)}`, input, { noRepeatNgramSize: size }, long);
}
changing("badWords", row("typical", 10), { badWords: [[2], [4], [3, 7, 5], [9, 9], [7, 0]] }, long, { eos: [2] });
changing("badWords at the start", row("typical", 10), { badWords: [[5, 6], [4, 5, 7]] }, { prompt: [5], output: [] }, { eos: [2] });
for (const length of [10, 11]) changing(`minLength ${length} at length 10`, row("typical", 10), { minLength: length }, long, { eos: [2, 6] });
for (const count of [5, 6]) changing(`minNewTokens ${count} after 5 new`, row("typical", 10), { minNewTokens: count }, long, { eos: [2] });
changing("suppressTokens", row("typical", 10), { suppressTokens: [1, 5] }, long);
for (const output of [[], [6]]) changing(`beginSuppressTokens, ${output.length} after the prompt`, row("typical", 10), { beginSuppressTokens: [1, 5] }, { prompt: [4, 5], output });
await removing("forcedBos at length 1", row("typical", 10), { forcedBos: 4 }, 16, { history: { prompt: [5], output: [] } });
await removing("forcedEos at the last place", row("typical", 10), { forcedEos: 2 }, 16, { history: long, maxLength: 11 });
await removing("chain of processors, temperature and top-k, typical", row("typical", 10), { repetitionPenalty: 1.3, noRepeatNgramSize: 3, minNewTokens: 8, suppressTokens: [1], temperature: 0.8, topK: 4 }, 16, { history: long, eos: [2] });
for (const scale of [1.5, 3]) {
  const input = row("typical", 10);
  const unconditional = row("typical", 10, 2);
  const both = new Tensor("float32", Float32Array.from([...rowOf(input), ...rowOf(unconditional)]), [2, 10]);
  const got = new ClassifierFreeGuidanceLogitsProcessor(scale)([[0n]], both).data;
  cases.push({ name: `guidanceScale ${scale}`, input, settings: { guidanceScale: scale }, native: { class: "ClassifierFreeGuidanceLogitsProcessor" }, logits: Array.from(got, (v, i) => [i, number(v)]), unconditional, convention: "u + s·(c − u) of raw logits" });
}
const ranges = [0, -1, "warm", null].map((value) => {
  try {
    new TemperatureLogitsWarper(value);
    return { value: { temperature: value }, refused: false };
  } catch (error) {
    return { value: { temperature: value }, refused: true, error: error.name };
  }
});
try {
  new ClassifierFreeGuidanceLogitsProcessor(1);
  ranges.push({ value: { guidance_scale: 1 }, refused: false });
} catch (error) {
  ranges.push({ value: { guidance_scale: 1 }, refused: true, error: error.name });
}
const given = new GenerationConfig({});
const defaults = [
  ["repetitionPenalty", "repetition_penalty"], ["noRepeatNgramSize", "no_repeat_ngram_size"], ["badWords", "bad_words_ids"], ["minLength", "min_length"], ["minNewTokens", "min_new_tokens"],
  ["forcedBos", "forced_bos_token_id"], ["forcedEos", "forced_eos_token_id"], ["suppressTokens", "suppress_tokens"], ["beginSuppressTokens", "begin_suppress_tokens"],
  ["guidanceScale", "guidance_scale"], ["temperature", "temperature"], ["custom", "logits_processor"], ["topK", "top_k"],
].map(([sampler, native]) => ({ sampler, params: { [native]: given[native] ?? null }, default: given[native] ?? null, ...(sampler === "topK" ? { note: "in the sampler, not a processor; exactly k" } : {}) }));
const about = {
  engine: "transformers.js", package: "@huggingface/transformers", version, command: "node test/golden/sampling/from_transformers_js.mjs FOLDER", versions: { "onnxruntime-node": "1.30.0" },
  arithmetic: "f32", tolerance: 5e-6,
  note: "do_sample is false by default. top_p, min_p, typical_p, epsilon_cutoff and eta_cutoff are accepted and do nothing: cases with them show it. temperature 0 becomes greedy.",
  defaults, ranges,
};
const head = JSON.stringify(about, null, 1).slice(0, -2);
writeFileSync(new URL("transformers.js.json", here), `${head},\n "cases": [\n${cases.map((c) => JSON.stringify(c)).join(",\n")}\n]}\n`);
console.log(`transformers.js.json: ${cases.length} cases`);
