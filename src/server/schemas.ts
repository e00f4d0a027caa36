/** JSON Schemas of what comes in and goes out: requests are checked with them, and the OpenAPI document is made of them. */
export type Schema = { readonly [name: string]: unknown };

/** Rows of a request: as many as are remembered. */
export const MOST_ROWS = 100_000;

const text = (description: string): Schema => ({ type: "string", minLength: 1, maxLength: 200, description });
const object = (properties: Schema, required: readonly string[] = []): Schema => ({
  type: "object",
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
});
const list = (items: Schema, more: Schema = {}): Schema => ({ type: "array", minItems: 1, items, ...more });

const score: Schema = {
  type: ["number", "string"],
  pattern: "^-Infinity$",
  description: 'A score. A masked class, −∞, is the string "-Infinity"; null is refused.',
};

const rowFields: Schema = {
  logits: {
    anyOf: [list(score), list(list(score), { maxItems: MOST_ROWS })],
    description: "One row of scores, or a list of rows: one score a class of the policy, in its order.",
  },
  base64: {
    type: "string",
    minLength: 4,
    description: "The same rows as base64 of little-endian floats, instead of logits.",
  },
  dtype: { enum: ["f4", "f8"], description: "Little-endian floats of 4 or 8 bytes; default f4." },
  kind: { enum: ["logits", "logprobs", "probs"], description: "What the numbers are; default logits." },
  policy: text("Name or version of a policy; default the main one."),
  id: text("Id of the request; default a new one, in order of time."),
};

/** Rows as JSON. The examples are of a policy with three classes. */
export const rows: Schema = {
  ...object({
    ...rowFields,
    ids: list(text("Id of a row."), {
      maxItems: MOST_ROWS,
      description: "Ids of the rows; default the request's id, and -ROW where there are several.",
    }),
  }),
  examples: [
    { id: "mail-1", logits: [3.1, 2.9, -1] },
    {
      ids: ["a", "b"],
      logits: [
        [3.1, 2.9, "-Infinity"],
        [0, 1, 2],
      ],
    },
    { base64: "ZmZGQJqZOUAAAIC/", dtype: "f4" },
  ],
};

/** One row as JSON, with its truth where it is known. */
export const oneRow: Schema = {
  ...object({ ...rowFields, label: text("The true class.") }),
  examples: [{ logits: [3.1, 2.9, -1] }],
};

/** What the address says of rows that are a binary body. */
export const rowsQuery: Schema = object({
  dtype: rowFields["dtype"],
  kind: rowFields["kind"],
  policy: rowFields["policy"],
  id: rowFields["id"],
});

const label: Schema = object(
  {
    id: text("Id of a decision, or of its request."),
    row: { type: "integer", minimum: 0, description: "Which row of that request; default 0." },
    label: text("The class that was true."),
  },
  ["id", "label"],
);
export const labels: Schema = {
  ...object({ labels: list(label, { maxItems: 10_000 }) }, ["labels"]),
  examples: [{ labels: [{ id: "mail-1", label: "spam" }] }],
};

/** A change of policy, by an administrator. */
export const policyChange: Schema = {
  ...object({
    policy: { type: "object", description: "The policy document." },
    name: text("Which policy it replaces; default its own name, else the main one."),
    rollback: { const: true, description: "Instead of a policy: back to the generation before." },
    reinstate: { const: true, description: "Instead of a policy: contracts that an alarm revoked hold again." },
  }),
  examples: [{ reinstate: true }],
};

const named = (field: string): Schema => ({
  type: "object",
  properties: { [field]: { type: "string" }, description: {} },
  required: [field],
});
const question: Schema = {
  type: "object",
  properties: {
    type: { enum: ["choice", "predicate", "score"] },
    name: { ...text("Name of the question, which its answer has too."), type: ["string", "null"] },
    instructions: {},
    choices: list(named("value")),
    levels: list(named("label")),
  },
  required: ["type"],
};
const part: Schema = { type: "object", properties: { type: { type: "string" }, data: {} }, required: ["type"] };
const content: Schema = { anyOf: [{ type: "string" }, list(part)] };
const message: Schema = {
  type: "object",
  description: "A message, or the call or output of a tool.",
  properties: { type: { type: "string" }, role: { type: "string" }, content, output: content },
};

/** A decision as agents ask for it: the shape of OpenAI's /v1/decisions, with scores as its JSON input. */
export const decisionsRequest: Schema = {
  type: "object",
  properties: {
    model: text("Name or version of a policy; any other name is the main one."),
    input: {
      anyOf: [{ type: "string" }, list(message)],
      description: 'One part is {"type": "input_json", "data": {"logits": …}}, or text that is such JSON.',
    },
    questions: list(question, { maxItems: 400 }),
  },
  required: ["input", "questions"],
  examples: [
    {
      model: "policy",
      input: [{ role: "user", content: [{ type: "input_json", data: { logits: [3.1, 2.9, -1] } }] }],
      questions: [{ type: "predicate", name: "positive" }],
    },
  ],
};

const decision: Schema = {
  type: "object",
  properties: {
    id: { type: "string" },
    row: { type: "integer" },
    action: { type: "string", description: "What the policy says to do." },
    class: { type: "string", description: "The class that the action is about." },
    p: { type: "number", description: "Probability of it, or of the positive classes together." },
    margin: { type: ["number", "string"], description: "Distance to the threshold in nats; negative below it." },
    labels: { type: "array", items: { type: "string" } },
    reason: { type: "string" },
    policy: { type: "string", description: "Version of the policy that decided." },
    contract: { enum: ["holds", "revoked"], description: "Whether what the policy promises still holds." },
  },
  required: ["id", "row", "action", "class", "p", "margin", "reason", "policy"],
};

export const decided: Schema = {
  type: "object",
  properties: { id: { type: "string" }, policy: { type: "string" }, decisions: { type: "array", items: decision } },
  required: ["id", "policy", "decisions"],
};

export const failure: Schema = {
  type: "object",
  properties: {
    error: {
      type: "object",
      properties: {
        code: { type: "string" },
        message: { type: "string" },
        hint: { type: "string" },
        row: { type: "integer" },
        column: { type: "integer" },
      },
      required: ["code", "message"],
    },
  },
  required: ["error"],
};
