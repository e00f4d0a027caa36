import { softmax } from "../../core/math/index.js";
import { type Decision, LogitsError, type Policy } from "../../core/index.js";
import { calibrated } from "../calibrated.js";
import { type RowsBody, rowsOfJson } from "../requestRows.js";
import { json, type Route } from "../route.js";
import { decisionsRequest } from "../schemas.js";

interface Question {
  type: "choice" | "predicate" | "score";
  name: string;
  choices?: { value: string }[];
  levels?: { label: string }[];
}

interface DecisionsBody {
  model?: string;
  input: { content: { type: string; data?: unknown }[] }[];
  questions: Question[];
}

export const decisions: Route = {
  method: "POST",
  url: "/v1/decisions",
  summary:
    "The same for agents, in the shape of OpenAI's decisions: scores as JSON input, calibrated probabilities and the action as answers.",
  scope: "decide",
  body: decisionsRequest,
  answer: {
    type: "object",
    properties: {
      id: { type: "string" },
      model: { type: "string" },
      answers: { type: "array", items: { type: "object" } },
    },
    required: ["id", "model", "answers"],
  },
  async handle(service, { body }) {
    const { model, input, questions } = body as DecisionsBody;
    const { current } = service.policies;
    const known =
      model !== undefined &&
      [...current.named.values()].some(({ name, version }) => name === model || version === model);
    const serving = service.policies.find(current, known ? model : undefined);
    const mayDecide = [serving, ...(serving === current.main && current.canary ? [current.canary] : [])];
    const { classes } = serving.policy;
    const rows = rowsOfJson(scoresIn(input, classes), classes.length);
    if (rows.batch.rows !== 1) throw refusal("the input must hold one row of logits", String(rows.batch.rows));
    for (const question of questions) for (const one of mayDecide) checkQuestion(question, one.policy);
    const decided = JSON.parse(await service.decide({ ...rows, policy: serving.name })) as {
      id: string;
      decisions: [Decision];
    };
    const [decision] = decided.decisions;
    const decider = mayDecide.find(({ version }) => version === decision.policy) ?? serving;
    const p = softmax(calibrated(decider.policy, rows.batch));
    return {
      body: json({
        id: decided.id,
        object: "decision",
        created: Math.floor(service.now() / 1000),
        model: decider.name,
        answers: questions.map((question) => ({ ...answerTo(question, classes, p, decision), decision })),
        policy: decider.version,
      }),
    };
  },
};

/** The scores in the JSON part of the input: a list, or one a class by name. */
function scoresIn(input: DecisionsBody["input"], classes: readonly string[]): RowsBody {
  const part = input
    .flatMap(({ content }) => content)
    .find(({ type, data }) => type === "input_json" && hasLogits(data));
  if (!part) throw refusal('the input must have a part {"type": "input_json", "data": {"logits": …}}', "none");
  const { logits, kind } = part.data as { logits: unknown; kind?: unknown };
  if (kind !== undefined && kind !== "logits" && kind !== "logprobs" && kind !== "probs")
    throw refusal("kind must be logits, logprobs or probs", JSON.stringify(kind));
  const body: RowsBody = { ...(kind !== undefined && { kind }) };
  if (Array.isArray(logits)) return { ...body, logits };
  const named = logits as Record<string, number | string>;
  const missing = classes.find((name) => !Object.hasOwn(named, name));
  const odd = Object.keys(named).find((name) => !classes.includes(name));
  if (missing !== undefined || odd !== undefined)
    throw refusal(`logits must have the policy's classes (${classes.slice(0, 8).join(", ")})`, odd ?? `no ${missing}`);
  return { ...body, logits: classes.map((name) => named[name]!) };
}

function hasLogits(data: unknown): boolean {
  return (
    typeof data === "object" &&
    data !== null &&
    "logits" in data &&
    typeof data.logits === "object" &&
    data.logits !== null
  );
}

/** Probabilities are of all classes together: a question about some of them has no honest answer. */
function checkQuestion({ type, name, choices = [], levels = [] }: Question, { classes, params }: Policy): void {
  if (type === "choice") {
    const values = new Set(choices.map(({ value }) => value));
    if (values.size !== classes.length || classes.some((one) => !values.has(one)))
      throw refusal(
        `the choices of ${name} must be the policy's classes (${classes.slice(0, 8).join(", ")})`,
        [...values].slice(0, 8).join(", ") || "none",
      );
  } else if (type === "score") {
    if (levels.length !== classes.length)
      throw refusal(`${name} must have the policy's ${classes.length} levels`, String(levels.length));
  } else if (!Array.isArray(params["positive"])) {
    throw refusal(`${name} must be asked of a policy with positive classes`, "one without");
  }
}

function answerTo({ type, name }: Question, classes: readonly string[], p: Float64Array, decision: Decision): object {
  if (type === "predicate") return { type, name, probability: decision.p };
  const best = p.indexOf(Math.max(...p));
  if (type === "choice") {
    const probabilities = classes.map((value, k) => ({ value, probability: p[k]! }));
    return { type, name, choice: classes[best], confidence: p[best], probabilities };
  }
  const score = p.reduce((sum, one, level) => sum + level * one, 0);
  return {
    type,
    name,
    score,
    confidence: p[best],
    probabilities: Array.from(p, (probability, value) => ({ value, probability })),
  };
}

function refusal(what: string, got: string): LogitsError {
  return new LogitsError("bad-argument", `Cannot decide: ${what}, got ${got}`);
}
