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
      unknown: { type: "array", items: { type: "string" }, description: "Ids of no decision that is remembered." },
      otherClass: {
        type: "array",
        items: { type: "string" },
        description: "Ids whose label is no class of the policy: recorded, no part of the calibration error.",
      },
      hint: { type: "string" },
    },
    required: ["accepted", "matched", "repeated", "unknown", "otherClass"],
  },
  async handle(service, { body }) {
    const learned = await service.learn((body as { labels: Label[] }).labels);
    const rows = service.decided.size.toLocaleString("en");
    const hint = `Labels are held against the last ${rows} rows since the start; those of others are recorded, and no more.`;
    return { body: json({ ...learned, ...(learned.unknown.length > 0 && { hint }) }) };
  },
};
