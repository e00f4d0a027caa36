import type { Descriptor, Param } from "../core/index.js";
import type { Registry } from "./registry.js";

type Schema = Record<string, unknown>;

/** JSON Schema (2020-12) of one step of a plan: `{method, params}` for every method of the registry. */
export function stepSchema(registry: Registry): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Step",
    oneOf: [...measuring(registry), ...registry.samplers].map((method) => methodSchema(method)),
  };
}

/** What a plan over labelled rows may hold. */
const measuring = (registry: Registry): Descriptor[] => [
  ...registry.metrics,
  ...registry.calibrators,
  ...registry.verdicts,
];

/** JSON Schema of a whole plan. */
export function planSchema(registry: Registry): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Plan",
    type: "object",
    properties: {
      version: { const: 1 },
      source: {
        type: "object",
        properties: {
          files: { type: "array", items: { type: "string" } },
          kind: { enum: ["logits", "logprobs", "probs"] },
          rows: { type: "integer", minimum: 0 },
          classes: { type: "integer", minimum: 1 },
        },
        required: ["kind", "classes"],
      },
      calibrator: { type: "object" },
      steps: { type: "array", items: { oneOf: measuring(registry).map((method) => methodSchema(method)) } },
      seed: { type: "integer", minimum: 0 },
      replicates: { type: "integer", minimum: 0 },
    },
    required: ["version", "source", "steps", "seed", "replicates"],
    additionalProperties: false,
  };
}

/** JSON Schema of a chain of samplers: `[{sampler, params}, …]`, as `logits sample --chain` reads it. */
export function chainSchema(registry: Registry): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Chain",
    type: "array",
    items: { oneOf: registry.samplers.map((sampler) => methodSchema(sampler, "sampler")) },
  };
}

export function methodSchema(method: Descriptor, key: "method" | "sampler" = "method"): Schema {
  return {
    title: method.name,
    description: method.help,
    type: "object",
    properties: {
      [key]: { const: method.name },
      params: {
        type: "object",
        properties: Object.fromEntries(method.params.map((param) => [param.name, paramSchema(param)])),
        additionalProperties: false,
      },
    },
    required: [key],
    additionalProperties: false,
  };
}

function paramSchema(param: Param): Schema {
  const schema: Schema = { description: param.help, type: param.type === "choice" ? "string" : param.type };
  if (param.default !== undefined) schema.default = param.default;
  if (param.choices) schema.enum = param.choices;
  if (param.min !== undefined) schema[param.exclusiveMin ? "exclusiveMinimum" : "minimum"] = param.min;
  if (param.max !== undefined) schema[param.exclusiveMax ? "exclusiveMaximum" : "maximum"] = param.max;
  return schema;
}
