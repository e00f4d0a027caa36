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
  // Not async: a function that waits would keep the body until the record is on the disk.
  handle(service, asked) {
    const given = rowsAsked(service, asked);
    given.own = true;
    return service.decide(given);
  },
};
