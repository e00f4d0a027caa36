import type { Scope } from "./keys.js";
import type { Schema } from "./schemas.js";
import type { Service } from "./service.js";

/** A request, after its key was admitted and its body held against the schema. */
export interface Asked {
  /** What JSON gave, or the bytes of a binary body. */
  body: unknown;
  query: { readonly [name: string]: string | undefined };
  /** What the caller would have as an answer. */
  accept: string;
}

export interface Answer {
  status?: number;
  /** Default application/json. */
  type?: string;
  body: string | Uint8Array;
}

/** One address: what it takes is checked with its schemas, and the OpenAPI document is made of them. */
export interface Route {
  method: "GET" | "POST";
  url: string;
  summary: string;
  /** What a key must allow: "any" for every valid key, "none" where none is asked for. */
  scope: Scope | "any" | "none";
  /** Of a JSON body. */
  body?: Schema;
  /** Of the address; a body may then be binary as well. */
  query?: Schema;
  /** Of the answer, or its type where that is not JSON. */
  answer: Schema | string;
  /** Whether the answer is bytes for those who accept octet-stream. */
  bytes?: true;
  /** Answers with another status that are no failure of the request. */
  others?: { readonly [status: string]: { description: string; answer: Schema } };
  /** A string is JSON that went well. */
  handle(service: Service, asked: Asked): Promise<Answer | string> | Answer | string;
}

/** JSON, with the numbers that it has not as strings. */
export function json(value: unknown): string {
  return JSON.stringify(value, (_, one) => (typeof one === "number" && !Number.isFinite(one) ? String(one) : one));
}
