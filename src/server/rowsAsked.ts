import type { Asked } from "./route.js";
import { type RequestRows, type RowsBody, type RowsQuery, rowsOfBytes, rowsOfJson } from "./requestRows.js";
import type { Service } from "./service.js";

/** The rows that a request brings, as JSON or as bytes, for the policy it names. */
export function rowsAsked(service: Service, { body, query }: Asked): RequestRows {
  const binary = body instanceof Uint8Array;
  const given = (binary ? query : body) as RowsBody & RowsQuery;
  const { policy } = service.policies.find(service.policies.current, given.policy);
  const classes = policy.classes.length;
  return binary ? rowsOfBytes(body, given, classes) : rowsOfJson(given, classes);
}
