import { softmax } from "../../core/math/index.js";
import { calibrated } from "../calibrated.js";
import type { Route } from "../route.js";
import { rowsAsked } from "../rowsAsked.js";
import { rows, rowsQuery } from "../schemas.js";

export const probabilities: Route = {
  method: "POST",
  url: "/v1/probabilities",
  summary: "Calibrated probabilities of each row; as little-endian f32 where octet-stream is accepted.",
  scope: "decide",
  body: rows,
  query: rowsQuery,
  answer: {
    type: "object",
    properties: {
      policy: { type: "string" },
      classes: { type: "array", items: { type: "string" } },
      probabilities: { type: "array", items: { type: "array", items: { type: "number" } } },
    },
    required: ["policy", "classes", "probabilities"],
  },
  bytes: true,
  handle(service, asked) {
    const { batch, policy } = rowsAsked(service, asked);
    const serving = service.policies.find(service.policies.current, policy);
    const scores = calibrated(serving.policy, batch);
    const p = softmax(scores);
    if (asked.accept.includes("application/octet-stream")) {
      const bytes = new Uint8Array(Float32Array.from(p).buffer);
      return { type: "application/octet-stream", body: bytes };
    }
    const { classes } = serving.policy;
    const listed = Array.from({ length: batch.rows }, (_, row) =>
      Array.from(p.subarray(row * classes.length, (row + 1) * classes.length)),
    );
    // All are finite: looking at each of millions would take seconds.
    return { body: JSON.stringify({ policy: serving.version, classes, probabilities: listed }) };
  },
};
