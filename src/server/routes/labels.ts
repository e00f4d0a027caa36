import { json, type Route } from "../route.js";
import { labels as schema } from "../schemas.js";
import type { Label } from "../service.js";

export const labels: Route = {
  method: "POST",
  url: "/v1/labels",
  summary: "What was true after all, by the id of the decision.",
  scope: "label",
  body: schema,
  answer: {
    type: "object",
    properties: {
      accepted: { type: "integer" },
      matched: { type: "integer" },
      repeated: { type: "integer" },
      unknown: { type: "array", items: { type: "string" } },
    },
    required: ["accepted", "matched", "repeated", "unknown"],
  },
  handle: async (service, { body }) => ({ body: json(await service.learn((body as { labels: Label[] }).labels)) }),
};
