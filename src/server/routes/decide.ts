import type { Route } from "../route.js";
import { rowsAsked } from "../rowsAsked.js";
import { decided, rows, rowsQuery } from "../schemas.js";

export const decide: Route = {
  method: "POST",
  url: "/v1/decide",
  summary: "What the policy says to do about each row; recorded before it is answered.",
  scope: "decide",
  body: rows,
  query: rowsQuery,
  answer: decided,
  handle: async (service, asked) => ({ body: await service.decide(rowsAsked(service, asked)) }),
};
