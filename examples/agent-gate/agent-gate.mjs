// An agent whose tool calls pass a gate. The agent is a butler in a novel by Jane Austen: a card with a name is brought in, a language model chooses the tool, and the
// gate lets the call proceed, has a person asked, or refuses it.
//
//     npm ci && npm run build
//     node examples/agent-gate/agent-gate.mjs                     the built-in model, on llama.cpp where node-llama-cpp is installed
//     node examples/agent-gate/agent-gate.mjs --model FILE.gguf   any model that llama.cpp loads
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { calibrate, evaluate, gate, LogitsError, threshold } from "logits";
import { labelSource, scoreTokenLabels } from "logits/bounds";
import { builtInModel, gguf, openModel } from "logits/models";
import { tools, visitors } from "./visitors.mjs";

const names = Object.keys(tools);
const scene = "The door was opened, and in came";

/** The whole story; `say` gets its lines. Returns the numbers it told. */
export async function agentGate({ model: path, say = console.log } = {}) {
  const { model, runtime } = await open(path);
  say(`The agent: ${path ?? "the built-in model"} on ${runtime}. It has ${names.length} tools: ${names.join(", ")}.`);
  say(`It is shown ${visitors.length} cards with a name, one after another; of each it is known whose it was.`);
  const choose = await chooser(model);
  const seen = [];
  for (const visitor of shuffled(visitors, 5)) seen.push({ ...visitor, scores: await choose(visitor.card) });
  await model.close();
  const [forTemperature, forPromise, atTheDoor] = [seen.slice(0, 40), seen.slice(40, 110), seen.slice(110)];

  // What the model's probabilities are worth: nothing is believed before it has been held against labelled calls.
  const table = (some) =>
    labelSource(
      some.map(({ scores }) => scores),
      { truth: some.map(({ tool }) => tool) },
    );
  const calibrator = await calibrate(table(forTemperature), { method: "temperature" });
  const { temperature } = calibrator.params;
  const measured = async (options) => {
    const { metrics } = await evaluate(table(forPromise), {
      metrics: ["accuracy", "meanConfidence"],
      replicates: 0,
      ...options,
    });
    return { accuracy: metrics.accuracy.value, confidence: metrics.meanConfidence.value };
  };
  const [before, after] = [await measured({}), await measured({ calibrator })];
  say(
    `On ${forPromise.length} labelled calls it is right in ${percent(before.accuracy)} and says ${percent(before.confidence)}; with the temperature ${temperature.toFixed(2)} of ${forTemperature.length} others it says ${percent(after.confidence)}.\n`,
  );

  // A gate is a policy: how many of the calls that proceed may be wrong. Not every promise can be made.
  const wish = (maxRisk) =>
    threshold(table(forPromise), {
      maxRisk,
      confidence: 0.9,
      calibrator,
      actions: ["proceed", "ask"],
      rules: [{ never: "proceed", classes: ["show_to_mess"], instead: "refuse" }],
      name: "butler",
    });
  const promises = [];
  let solved;
  for (const risk of [0.05, 0.2, 0.3, 0.4]) {
    solved = await wish(risk);
    promises.push({ risk, met: solved.met });
    say(
      `At most ${percent(risk)} of the calls that proceed are wrong, at 90 % confidence: ${solved.met ? `from P ≥ ${percent(solved.at)} on` : `refused: ${solved.reason}`}`,
    );
    if (solved.met) break;
  }
  if (!solved.met) say("This model earns no promise, so there is no gate to pass: every call is a person's.");
  if (!solved.met) return { runtime, before, after, temperature, promises };
  say("No call of show_to_mess proceeds at all: that is a rule, whatever the scores say.\n");

  const pass = gate(solved.policy);
  const calls = atTheDoor.map((visitor) => ({ ...visitor, decision: pass(visitor.scores) }));
  for (const action of ["proceed", "ask", "refuse"])
    for (const { visitor, card, decision } of calls.filter((call) => call.decision.action === action).slice(0, 3))
      say(
        `${action.padEnd(8)}${decision.class}("${card}")  ${decision.reason}${decision.class === toolOf(visitor) ? "" : `  (wrong: ${visitor})`}`,
      );

  const wrong = (some) => some.filter(({ decision, tool }) => decision.class !== tool).length;
  const of = (action) => calls.filter(({ decision }) => decision.action === action);
  const counts = Object.fromEntries(
    ["proceed", "ask", "refuse"].map((action) => [action, { calls: of(action).length, wrong: wrong(of(action)) }]),
  );
  say(
    `\nOf ${calls.length} calls without a gate ${wrong(calls)} are wrong. With it ${counts.proceed.calls} proceed (${counts.proceed.wrong} wrong), ${counts.ask.calls} are asked (${counts.ask.wrong} would have been wrong), ${counts.refuse.calls} refused.`,
  );
  return { runtime, before, after, temperature, promises, counts, calls };
}

async function open(path) {
  if (path !== undefined)
    return {
      model: await openModel(path, { threads: 1 }),
      runtime: path.endsWith(".gguf") ? "llama.cpp" : "its runtime",
    };
  try {
    return { model: await gguf(builtInModel.gguf, { threads: 1 }), runtime: "llama.cpp" };
  } catch (error) {
    if (!(LogitsError.isInstance(error) && error.code === "missing-package")) throw error;
    return {
      model: await openModel("built-in"),
      runtime: "ONNX Runtime or plain TypeScript, since node-llama-cpp is not installed",
    };
  }
}

/**
 * The model's choice of a tool for a card: how probable it is that the story goes on with this name after the titles of each tool's people,
 * Σ over titles of P(title, name | scene), as logarithms. These are next-token logits of the model and nothing else.
 */
async function chooser(model) {
  const prompt = await model.tokenize(scene, { bos: true });
  // The scores after a title are needed for every card.
  const remembered = new Map([["", undefined]]);
  for (const title of names.flatMap((tool) => tools[tool].titles)) {
    const tokens = await model.tokenize(` ${title}`);
    for (let end = 1; end <= tokens.length; end++) remembered.set(tokens.slice(0, end).join(), undefined);
  }
  const next = async (prefix) => {
    const key = prefix.join();
    const before = remembered.get(key);
    if (before) return before;
    const scores = await model.next([...prompt, ...prefix]);
    if (remembered.has(key)) remembered.set(key, Float32Array.from(scores));
    return scores;
  };
  return async (card) => {
    const labels = [];
    for (const tool of names)
      for (const title of tools[tool].titles)
        labels.push({ name: tool, tokens: await model.tokenize(` ${title} ${card}`) });
    const { scores, stage } = await scoreTokenLabels(next, labels, { stage: "raw" });
    const of = (tool) => logSum(scores.flatMap(({ logprob }, i) => (labels[i].name === tool ? [logprob] : [])));
    return { labels: names, scores: names.map(of).map((logprob) => ({ lo: logprob, hi: logprob, logprob })), stage };
  };
}

function logSum(values) {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, one) => sum + Math.exp(one - most), 0));
}

const toolOf = (visitor) => visitors.find((one) => one.visitor === visitor).tool;
const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** In an order drawn by a seed (Fisher–Yates over a linear congruential generator). */
function shuffled(list, seed) {
  const order = [...list];
  let state = seed >>> 0;
  for (let i = order.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { model: { type: "string" } } });
  await agentGate(values).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
