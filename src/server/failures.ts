import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { LogitsError } from "../core/index.js";
import { TrailError } from "./audit/trail.js";
import type { Log } from "./logger.js";
import type { Metrics } from "./metrics.js";
import { NotWrittenError } from "./policyFiles.js";
import { json } from "./route.js";

/** Answers of requests that were refused or failed, and their count. */
export class Failures {
  readonly #metrics: Metrics;
  readonly #log: Log | undefined;

  constructor(metrics: Metrics, log: Log | undefined) {
    this.#metrics = metrics;
    this.#log = log;
  }

  /** Answers what went wrong: 4xx with the reason, 503 where the record could not be written, 500 with nothing but that the log knows more. */
  refuse(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (LogitsError.isInstance(error)) {
      const { code, message, row, column, hint } = error;
      return this.answer(reply, 400, code, message, {
        ...(row !== undefined && { row }),
        ...(column !== undefined && { column }),
        ...(hint && { hint }),
      });
    }
    if (error instanceof TrailError) {
      const message = `Cannot decide: the record must be written first, got ${error.message}`;
      return this.answer(reply.header("retry-after", 1), 503, "not-recorded", message);
    }
    if (error instanceof NotWrittenError) return this.answer(reply, 503, "not-written", error.message);
    // Of a value that is nested deeper than the stack reaches, which only a message wanted to quote.
    if (error instanceof RangeError && error.message.includes("call stack"))
      return this.answer(reply, 400, "bad-data", "Cannot read this body: it must be nested a few levels, got too many");
    const { statusCode = 500, validation, code } = error as FastifyError;
    if (validation) {
      const message = `Cannot read this request: ${error.message}${inParticular(validation[0])}`;
      return this.answer(reply, 400, "bad-data", message);
    }
    if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
      const most = request.routeOptions.bodyLimit.toLocaleString("en");
      return this.answer(reply, 413, "too-large", `Cannot read this body: it must be ${most} bytes at most, got more`);
    }
    if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
      const got = request.headers["content-type"] ?? "none";
      const what = "content-type must be application/json or, for rows, application/octet-stream";
      return this.answer(reply, 415, "bad-request", `Cannot read this body: ${what}, got ${got}`);
    }
    if (statusCode < 500) return this.answer(reply, statusCode, "bad-request", error.message);
    this.#log?.error({ err: error, url: request.url.split("?")[0] }, error.message);
    const status = statusCode === 503 ? 503 : 500;
    return this.answer(reply, status, "internal", "Something went wrong here; the log says what.");
  }

  answer(reply: FastifyReply, status: number, code: string, message: string, more: object = {}): FastifyReply {
    this.count(reply, status);
    // A message quotes what it got: a word of it, not a megabyte.
    const said = message.length > 500 ? `${message.slice(0, 500)}…` : message;
    return reply
      .code(status)
      .type("application/json; charset=utf-8")
      .send(json({ error: { code, message: said, ...more } }));
  }

  /** Answers that are no failure are counted by the histogram of their time. */
  count({ request }: FastifyReply, status: number): void {
    const route = request.routeOptions.url ?? "none";
    this.#metrics.count("logits_requests_failed_total", `route="${route}",status="${status}"`);
  }
}

/** Which name was one too many, or what would have been taken. */
function inParticular(fault: { params: Record<string, unknown> } | undefined): string {
  const { additionalProperty, allowedValues } = fault?.params ?? {};
  if (additionalProperty !== undefined) return `, got ${JSON.stringify(additionalProperty)}`;
  return Array.isArray(allowedValues) ? `: ${allowedValues.join(", ")}` : "";
}

const unreadables: Record<string, [number, string]> = {
  HPE_HEADER_OVERFLOW: [431, "Cannot read this request: address and headers must be shorter"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Cannot read this request: it must arrive sooner"],
};

/** Answers what is no HTTP, and ends the connection. */
export function unreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const [status, message] = unreadables[error.code ?? ""] ?? [400, "Cannot read this request: it must be HTTP"];
  const body = json({ error: { code: "bad-request", message } });
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\nContent-Type: application/json; charset=utf-8\r\n\r\n${body}`,
    );
  socket.destroy(error);
}
