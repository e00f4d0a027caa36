import { argmax, softmax } from "../../core/math/index.js";
import type { Decision, Logits, Policy } from "../../core/index.js";
import { calibrated } from "../calibrated.js";
import { type DecisionsInput, refusal, scoresIn } from "../decisionsInput.js";
import { rowsOfJson } from "../requestRows.js";
import { json, type Route } from "../route.js";
import { decisionsRequest } from "../schemas.js";

interface Question {
  type: "choice" | "predicate" | "score";
  name?: string | null;
  choices?: { value: string }[];
  levels?: { label: string }[];
}

interface DecisionsBody {
  model?: string;
  input: DecisionsInput;
  questions: Question[];
}

const noTokens = {
  input_tokens: 0,
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  output_tokens: 0,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 0,
};

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
    const scores = calibrated(decider.policy, rows.batch);
    const [p, best] = [softmax(scores), argmax(scores.values as Logits).index];
    return {
      body: json({
        id: decided.id,
        object: "decision",
        created: Math.floor(service.now() / 1000),
        model: decider.name,
        answers: questions.map((question) => ({ ...answerTo(question, classes, p, best, decision), decision })),
        policy: decider.version,
        // Clients of OpenAI's read how many tokens were paid for.
        usage: noTokens,
      }),
    };
  },
};

/** Probabilities are of all classes together: a question about some of them has no honest answer. */
function checkQuestion({ type, name, choices = [], levels = [] }: Question, { classes, params }: Policy): void {
  const asked = name ?? `an unnamed ${type}`;
  if (type === "choice") {
    const values = new Set(choices.map(({ value }) => value));
    if (values.size !== classes.length || classes.some((one) => !values.has(one)))
      throw refusal(
        `the choices of ${asked} must be the policy's classes (${classes.slice(0, 8).join(", ")})`,
        [...values].slice(0, 8).join(", ") || "none",
      );
  } else if (type === "score") {
    if (levels.length !== classes.length)
      throw refusal(`${asked} must have the policy's ${classes.length} levels`, String(levels.length));
  } else if (!Array.isArray(params["positive"])) {
    throw refusal(`${asked} must be asked of a policy with positive classes`, "one without");
  }
}

function answerTo(
  { type, name = null, levels = [] }: Question,
  classes: readonly string[],
  p: Float64Array,
  best: number,
  decision: Decision,
): object {
  if (type === "predicate") return { type, name, probability: decision.p };
  if (type === "choice") {
    const probabilities = classes.map((value, k) => ({ value, probability: p[k]! }));
    return { type, name, choice: classes[best], confidence: p[best], probabilities };
  }
  return {
    type,
    name,
    score: p.reduce((sum, one, level) => sum + level * one, 0),
    confidence: p[best],
    probabilities: levels.map(({ label }, value) => ({ value, label, probability: p[value]! })),
  };
}
