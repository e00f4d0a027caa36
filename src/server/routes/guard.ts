import { LogitsError } from "../../core/index.js";
import { json, type Route } from "../route.js";
import { rowsAsked } from "../rowsAsked.js";
import { rows, rowsQuery } from "../schemas.js";

export const guard: Route = {
  method: "POST",
  url: "/v1/guard",
  summary: "How unusual each row is among benign ones: p-value, tail and words.",
  scope: "decide",
  body: rows,
  query: rowsQuery,
  answer: {
    type: "object",
    properties: {
      rows: {
        type: "array",
        items: {
          type: "object",
          properties: { p: { type: "number" }, tail: { type: ["string", "null"] }, words: { type: "string" } },
        },
      },
      alarm: { type: "object", properties: { rung: { type: "boolean" } } },
    },
    required: ["rows"],
  },
  handle(service, asked) {
    const { watching } = service;
    if (!watching)
      throw new LogitsError("bad-argument", "Cannot score these rows: the service must have a guard, got none", {
        hint: "logits serve --guard G.json, made by logits guard fit.",
      });
    const { batch } = rowsAsked(service, asked);
    const { rung } = watching.state;
    const scored = watching.score(batch).map((row, i) => ({ ...(batch.ids && { id: batch.ids[i] }), row: i, ...row }));
    return { body: json({ rows: scored, alarm: { rung: rung !== undefined, ...rung } }) };
  },
};
