// Writes test/golden/payloads: one short completion as every server and library would report it, after the shapes they document.
import { mkdirSync, writeFileSync } from "node:fs";

const folder = new URL("./payloads/", import.meta.url);
mkdirSync(folder, { recursive: true });

// "Tea costs 3 €." The sign takes two tokens. Each step: chosen token and the three most probable; the fifth step chose one beyond its list.
const tokens = {
  Tea: { id: 41, bytes: [84, 101, 97] },
  Coffee: { id: 42, bytes: [67, 111, 102, 102, 101, 101] },
  It: { id: 43, bytes: [73, 116] },
  " costs": { id: 44, bytes: [32, 99, 111, 115, 116, 115] },
  " is": { id: 45, bytes: [32, 105, 115] },
  " for": { id: 46, bytes: [32, 102, 111, 114] },
  " 3": { id: 47, bytes: [32, 51] },
  " 2": { id: 48, bytes: [32, 50] },
  " ": { id: 49, bytes: [32] },
  "half": { id: 50, bytes: [0xe2, 0x82], text: "\uFFFD" },
  "rest": { id: 51, bytes: [0xac], text: "\uFFFD" },
  "other": { id: 52, bytes: [0xa9], text: "\uFFFD" },
  ".": { id: 53, bytes: [46] },
  ",": { id: 54, bytes: [44] },
  "!": { id: 55, bytes: [33] },
  "$": { id: 56, bytes: [36] },
};
const spell = (name) => tokens[name].text ?? name;
const shortest = (x) => Number(Math.fround(x).toPrecision(9));
const step = (name, ...top) => ({ name, top: top.map(([one, p]) => [one, shortest(Math.log(p))]) });
export const truth = [
  step("Tea", ["Tea", 0.61234], ["Coffee", 0.25431], ["It", 0.03127]),
  step(" costs", [" is", 0.50217], [" costs", 0.41329], [" for", 0.00713]),
  step(" 3", [" 3", 0.71003], [" 2", 0.20117], [" for", 0.01019]),
  step(" ", [" ", 0.90241], [".", 0.05133], [",", 0.00917]),
  { ...step("half", ["$", 0.97013], ["!", 0.01239], [",", 0.00517]), own: shortest(Math.log(0.00411)) },
  step("rest", ["rest", 0.99307], ["other", 0.00417], ["!", 0.00211]),
  step(".", [".", 0.83341], ["!", 0.09127], [",", 0.06019]),
].map((one) => ({ ...one, logprob: one.own ?? one.top.find(([name]) => name === one.name)[1] }));
const text = "Tea costs 3 €.";
const partial = (i) => ["Tea", " costs", " 3", " ", "", "€", "."][i];

const write = (name, value) =>
  writeFileSync(new URL(name, folder), typeof value === "string" ? value : `${JSON.stringify(value, null, 1)}\n`);
const lines = (events) => events.map((event) => `${JSON.stringify(event)}\n`).join("");
const sse = (events, end = true) => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("") + (end ? "data: [DONE]\n\n" : "");

const entry = (name, logprob, { bytes = true, id = false } = {}) => ({
  ...(id ? { id: tokens[name].id } : {}),
  token: spell(name),
  logprob,
  ...(bytes ? { bytes: tokens[name].bytes } : {}),
});
const entryWithTop = (one, options) => ({
  ...entry(one.name, one.logprob, options),
  top_logprobs: one.top.map(([name, logprob]) => entry(name, logprob, options)),
});

// OpenAI chat, and its chunks
const chat = (logprobs, more = {}) => ({
  id: "chatcmpl-1", object: "chat.completion", created: 1764000000, model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: text, refusal: null }, logprobs, finish_reason: "stop" }],
  usage: { prompt_tokens: 9, completion_tokens: 7, total_tokens: 16 }, system_fingerprint: "fp_1", ...more,
});
write("openai-chat.json", chat({ content: truth.map((one) => entryWithTop(one)), refusal: null }));
const chunk = (choices) => ({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1764000000, model: "m", choices });
write("openai-chat.sse", sse([
  chunk([{ index: 0, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null }]),
  ...truth.map((one, i) => chunk([{ index: 0, delta: { content: partial(i) }, logprobs: { content: [entryWithTop(one)], refusal: null }, finish_reason: null }])),
  chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: "stop" }]),
  { ...chunk([]), usage: { prompt_tokens: 9, completion_tokens: 7, total_tokens: 16 } },
]));

// llama.cpp behind the chat shape has ids; web-llm and TGI have the shape without bytes
write("llama-cpp-chat.json", chat({ content: truth.map((one) => entryWithTop(one, { id: true })) }, { system_fingerprint: "b6123-0ab1c2d3" }));
write("tgi-chat.json", chat({ content: truth.map((one) => entryWithTop(one, { bytes: false })) }, { system_fingerprint: "3.3.4-native" }));

// vLLM: token_id:N spellings and prompt_logprobs, whose dicts hold the prompt's token and the most probable one
const dict = (pairs) => Object.fromEntries(pairs.map(([name, logprob], i) => [tokens[name].id, { logprob, rank: i + 1, decoded_token: spell(name) }]));
const ranked = (one) => {
  const all = dict(one.top);
  if (one.own !== undefined) all[tokens[one.name].id] = { logprob: one.own, rank: 9, decoded_token: spell(one.name) };
  return all;
};
// Asked to give ids, it encodes that spelling, not the token.
const byId = (name, logprob) => ({ token: `token_id:${tokens[name].id}`, logprob, bytes: [...Buffer.from(`token_id:${tokens[name].id}`)] });
write("vllm-chat.json", chat(
  { content: truth.map((one) => ({ ...byId(one.name, one.logprob), top_logprobs: one.top.map(([name, logprob]) => byId(name, logprob)) })) },
  { prompt_logprobs: [null, dict([["Tea", shortest(Math.log(0.7))]]), { ...dict([["It", shortest(Math.log(0.6))]]), 45: { logprob: shortest(Math.log(0.01)), rank: 14, decoded_token: " is" } }] },
));
const output = { index: 0, text, token_ids: truth.map(({ name }) => tokens[name].id), cumulative_logprob: truth.reduce((sum, { logprob }) => sum + logprob, 0), logprobs: truth.map(ranked) };
write("vllm-offline.json", { request_id: "0", prompt: "Tea is", prompt_token_ids: [1, 41, 45], prompt_logprobs: null, outputs: [output], finished: true });
const flat = { start_indices: [], end_indices: [], token_ids: [], logprobs: [], ranks: [], decoded_tokens: [] };
for (const one of truth) {
  flat.start_indices.push(flat.token_ids.length);
  for (const [id, { logprob, rank, decoded_token }] of Object.entries(ranked(one))) {
    flat.token_ids.push(Number(id));
    flat.logprobs.push(logprob);
    flat.ranks.push(rank);
    flat.decoded_tokens.push(decoded_token);
  }
  flat.end_indices.push(flat.token_ids.length);
}
write("vllm-flat.json", { text, token_ids: output.token_ids, logprobs: flat });

// Legacy completions: parallel arrays keyed by spelling; the chosen token is added to the list it is not in
const hex = (name) => tokens[name].text ? `bytes:${tokens[name].bytes.map((byte) => `\\x${byte.toString(16)}`).join("")}` : name;
const arrays = (some) => ({
  tokens: some.map(({ name }) => hex(name)),
  token_logprobs: some.map(({ logprob }) => logprob),
  top_logprobs: some.map((one) => Object.fromEntries([...one.top, ...(one.own === undefined ? [] : [[one.name, one.own]])].map(([name, logprob]) => [hex(name), logprob]))),
  text_offset: some.map((_, i) => i),
});
const legacy = (choice) => ({ id: "cmpl-1", object: "text_completion", created: 1764000000, model: "m", choices: [{ index: 0, finish_reason: null, ...choice }] });
write("openai-legacy.json", legacy({ text, logprobs: arrays(truth) }));
write("openai-legacy.sse", sse(truth.map((one, i) => legacy({ text: partial(i), logprobs: arrays([one]) }))));
const echo = arrays(truth);
write("openai-legacy-echo.json", legacy({ text: `Menu: ${text}`, logprobs: {
  tokens: ["Menu", ":", " ", ...echo.tokens], token_logprobs: [null, -1.2345678, -0.51234567, ...echo.token_logprobs],
  top_logprobs: [null, { ":": -1.2345678 }, { " ": -0.51234567 }, ...echo.top_logprobs], text_offset: [0, 4, 5, ...echo.text_offset.map((at) => at + 6)] } }));
write("together.json", { id: "t-1", object: "chat.completion", model: "m", prompt: [], choices: [{ index: 0, message: { role: "assistant", content: text, tool_calls: [] },
  logprobs: { tokens: truth.map(({ name }) => spell(name)), token_logprobs: truth.map(({ logprob }) => logprob), token_ids: truth.map(({ name }) => tokens[name].id) }, finish_reason: "eos" }] });

// Responses
const part = (bytes, type = "output_text") => ({ type, text, annotations: [], logprobs: truth.map((one) => entryWithTop(one, { bytes })) });
const response = { id: "resp_1", object: "response", status: "completed", output: [{ type: "reasoning", id: "rs_1", summary: [] }, { type: "message", id: "msg_1", role: "assistant", status: "completed", content: [part(true)] }] };
write("responses.json", response);
const place = { item_id: "msg_1", output_index: 1, content_index: 0 };
const deltas = truth.map((one, i) => ({ type: "response.output_text.delta", ...place, sequence_number: i + 2, delta: partial(i), logprobs: [entryWithTop(one, { bytes: false })] }));
const done = { type: "response.output_text.done", ...place, sequence_number: 9, text, logprobs: part(false).logprobs };
const named = (events) => events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
write("responses.sse", named([{ type: "response.created", sequence_number: 0, response: { ...response, status: "in_progress", output: [] } }, ...deltas, done, { type: "response.completed", sequence_number: 10, response }]));
write("responses-deltas.sse", named(deltas));

// llama.cpp /completion
const probability = (logprob) => Number(Math.fround(Math.exp(logprob)).toPrecision(9));
const entryProb = (name, logprob) => ({ id: tokens[name].id, token: spell(name), bytes: tokens[name].bytes, prob: probability(logprob) });
const completion = (completion_probabilities, more = {}) => ({ index: 0, content: text, tokens: [], id_slot: 0, stop: true, model: "m", tokens_predicted: 7, completion_probabilities, ...more });
write("llama-cpp.json", completion(truth.map((one) => entryWithTop(one, { id: true }))));
write("llama-cpp-post-sampling.json", completion(truth.map((one) => ({ ...entryProb(one.name, one.logprob), top_probs: one.top.map(([name, logprob]) => entryProb(name, logprob)) }))));
write("llama-cpp-2024.json", completion(truth.map((one) => ({ content: spell(one.name), probs: [...one.top, ...(one.own === undefined ? [] : [[one.name, one.own]])].map(([name, logprob]) => ({ tok_str: spell(name), prob: probability(logprob) })) }))));
write("llama-cpp.sse", sse([...truth.map((one, i) => ({ index: 0, content: partial(i), tokens: [tokens[one.name].id], stop: false, id_slot: 0, completion_probabilities: [entryWithTop(one, { id: true })] })), completion(undefined, { content: "" })], false));

// Ollama
write("ollama.json", { model: "m", created_at: "2026-01-01T00:00:00Z", message: { role: "assistant", content: text }, done: true, done_reason: "stop", logprobs: truth.map((one) => entryWithTop(one)) });
write("ollama.jsonl", lines([...truth.map((one, i) => ({ model: "m", created_at: "2026-01-01T00:00:00Z", response: partial(i), done: false, logprobs: [entryWithTop(one)] })), { model: "m", created_at: "2026-01-01T00:00:00Z", response: "", done: true, done_reason: "stop", eval_count: 7 }]));

// TGI
const tgiToken = (name, logprob) => ({ id: tokens[name].id, text: spell(name), logprob, special: false });
const tgiTop = (one) => one.top.map(([name, logprob]) => tgiToken(name, logprob));
write("tgi.json", { generated_text: text, details: { finish_reason: "length", generated_tokens: 7, seed: null, prefill: [{ id: 1, text: "<s>", logprob: null }, { id: 2, text: "Menu", logprob: -7.1234567 }], tokens: truth.map((one) => tgiToken(one.name, one.logprob)), top_tokens: truth.map(tgiTop) } });
write("tgi.sse", truth.map((one, i) => `data:${JSON.stringify({ index: i + 1, token: tgiToken(one.name, one.logprob), top_tokens: tgiTop(one), generated_text: i === 6 ? text : null, details: i === 6 ? { finish_reason: "length", generated_tokens: 7, seed: null } : null })}\n\n`).join(""));

// Gemini
const candidate = (name, logProbability) => ({ token: spell(name), tokenId: tokens[name].id, logProbability });
const results = (some) => ({ topCandidates: some.map((one) => ({ candidates: one.top.map(([name, logprob]) => candidate(name, logprob)) })), chosenCandidates: some.map((one) => candidate(one.name, one.logprob)) });
write("gemini.json", { candidates: [{ content: { role: "model", parts: [{ text }] }, finishReason: "STOP", avgLogprobs: truth.reduce((sum, { logprob }) => sum + logprob, 0) / 7, logprobsResult: results(truth) }], modelVersion: "m" });
write("gemini.sse", sse([truth.slice(0, 3), truth.slice(3)].map((some, i) => ({ candidates: [{ content: { role: "model", parts: [{ text: ["Tea costs 3", " €."][i] }] }, logprobsResult: results(some) }] })), false));

// SGLang
const triple = (name, logprob) => [logprob, tokens[name].id, spell(name)];
const meta = (count) => ({ id: "1", prompt_tokens: 2, completion_tokens: count, input_token_logprobs: [[null, 1, "<s>"], [-7.1234567, 2, "Menu"]], input_top_logprobs: [null, [[-2.1234567, 3, "The"]]],
  output_token_logprobs: truth.slice(0, count).map((one) => triple(one.name, one.logprob)), output_top_logprobs: truth.slice(0, count).map((one) => one.top.map(([name, logprob]) => triple(name, logprob))) });
write("sglang.json", { text, meta_info: meta(7) });
write("sglang.sse", sse(truth.map((_, i) => ({ text: truth.slice(0, i + 1).map((__, k) => partial(k)).join(""), meta_info: meta(i + 1) }))));

// transformers: every token of a vocabulary of 18; what the list leaves goes to the tokens that are not in it, evenly
const ids = Object.values(tokens).map(({ id }) => id);
const first = Math.min(...ids);
const row = (one) => {
  const listed = new Map([...one.top, ...(one.own === undefined ? [] : [[one.name, one.own]])].map(([name, logprob]) => [tokens[name].id, logprob]));
  const rest = (1 - [...listed.values()].reduce((sum, logprob) => sum + Math.exp(logprob), 0)) / (ids.length + 2 - listed.size);
  return Array.from({ length: ids.length + 2 }, (_, k) => Number(((listed.get(k + first) ?? Math.log(rest)) + 3).toFixed(9)));
};
write("transformers.json", { sequences: [[7, 8, ...truth.map(({ name }) => tokens[name].id - first)]], logits: truth.map((one) => [row(one)]) });

write("truth.json", { text, first, steps: truth.map(({ name, logprob, top }) => ({ id: tokens[name].id, text: spell(name), bytes: tokens[name].bytes, logprob, top: top.map(([one, value]) => ({ id: tokens[one].id, text: spell(one), logprob: value })) })) });
