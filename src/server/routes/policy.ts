import { LogitsError } from "../../core/index.js";
import type { Generation, Serving } from "../generation.js";
import { json, type Route } from "../route.js";
import { policyChange } from "../schemas.js";
import type { Service } from "../service.js";

const answer = {
  type: "object",
  properties: {
    generation: { type: "integer" },
    main: { type: "string" },
    policies: { type: "array", items: { type: "object" } },
    stale: { type: "string", description: "Why the files as they are now do not serve." },
  },
  required: ["generation", "policies"],
} as const;

export const policy: Route = {
  method: "GET",
  url: "/v1/policy",
  summary: "What serves: each policy with its version, what it promises and whether that still holds.",
  scope: "any",
  answer,
  handle: (service) => ({ body: json(described(service, service.policies.current)) }),
};

export const changePolicy: Route = {
  method: "POST",
  url: "/v1/policy",
  summary: "Another policy, back to the one before, or contracts reinstated.",
  scope: "admin",
  body: policyChange,
  answer,
  async handle(service, { body }) {
    const {
      policy: document,
      name,
      rollback,
      reinstate,
    } = body as {
      policy?: object;
      name?: string;
      rollback?: true;
      reinstate?: true;
    };
    if ([document, rollback, reinstate].filter((one) => one !== undefined).length !== 1)
      throw new LogitsError(
        "bad-argument",
        "Cannot change policies: the body must have one of policy, rollback, reinstate, got none or several",
      );
    if (reinstate) return { body: json(described(service, await service.reinstate())) };
    const generation = document ? await service.policies.put(document, name) : await service.policies.rollback();
    return { body: json(described(service, generation)) };
  },
};

function described({ policies }: Service, generation: Generation): object {
  const { main, canary, shadow, number, named } = generation;
  const role = (one: Serving): string =>
    one.version === shadow?.version ? "shadow" : one.version === canary?.version ? "canary" : "main";
  return {
    generation: number,
    ...(main && { main: main.name }),
    ...(canary && { canary: { name: canary.name, share: canary.share } }),
    ...(shadow && { shadow: shadow.name }),
    ...(policies.previous && { previous: policies.previous.number }),
    ...(policies.refused !== undefined && { stale: policies.refused }),
    policies: [...named.values()].map((one) => ({
      name: one.name,
      version: one.version,
      role: role(one),
      classes: one.policy.classes.length,
      ...(one.policy.guarantee && { contract: one.state?.revoked ? "revoked" : "holds" }),
      ...(one.state?.revoked && { revoked: one.state.revoked }),
      policy: one.policy,
    })),
  };
}
