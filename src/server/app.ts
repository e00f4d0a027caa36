import { isUtf8 } from "node:buffer";
import Fastify, {
  LogController,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { LogitsError } from "../core/index.js";
import { admit, bearer, type ReadyKey } from "./keys.js";
import { Failures, unreadable } from "./failures.js";
import { openapi } from "./openapi.js";
import { RateLimit } from "./rateLimit.js";
import { type Answer, type Asked, json, type Route } from "./route.js";
import { rowsAsked } from "./rowsAsked.js";
import { routes } from "./routes/index.js";
import type { Service } from "./service.js";

export interface AppOptions {
  version: string;
  /** The keys as they are now; absent: nobody is asked for one. */
  keys?: () => readonly ReadyKey[];
  /** Requests a second from each key, or from each address where there are no keys. */
  rate?: number;
  /** Bytes of a body; default 16 MiB. */
  maxBody?: number;
  /** Seconds in which a request must have arrived; default 30. */
  timeout?: number;
  /** Connections at one time; default 10,000. */
  connections?: number;
  tls?: { key: string; cert: string };
  /** Proxies in front whose word about the caller's address is taken. */
  trustProxy?: boolean;
}

/** The service behind HTTP. Nothing of it knows Fastify but this file and `failures.ts`. */
export function createApp(service: Service, options: AppOptions): FastifyInstance {
  const { maxBody = 16 << 20, timeout = 30, connections = 10_000, tls, version } = options;
  const failures = new Failures(service.metrics, service.log);
  const app = Fastify({
    bodyLimit: maxBody,
    requestTimeout: timeout * 1000,
    connectionTimeout: 2 * timeout * 1000,
    keepAliveTimeout: 72_000,
    http: { connectionsCheckingInterval: Math.min(5000, timeout * 250), headersTimeout: timeout * 1000 },
    ...(tls && { https: tls }),
    forceCloseConnections: "idle",
    return503OnClosing: true,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxy ?? false,
    // What never reaches a route is answered in the shape of all else.
    frameworkErrors: (error: FastifyError, _: FastifyRequest, reply: FastifyReply) =>
      void failures.answer(reply, error.statusCode ?? 400, "bad-request", error.message),
    clientErrorHandler: unreadable,
    onProtoPoisoning: "ignore",
    onConstructorPoisoning: "ignore",
    // The service has a log; Fastify's would make one for each request.
    logger: false,
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allowUnionTypes: true,
        strict: false,
      },
    },
  } as Parameters<typeof Fastify>[0]) as unknown as FastifyInstance;
  app.server.maxConnections = connections;
  parseBodies(app);
  const admission = admissionOf(options, failures);
  for (const route of [...routes, documentRoute(version)]) addRoute(app, service, route, failures, admission);
  app.setErrorHandler((error: Error, request, reply) => failures.refuse(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    failures.answer(
      reply,
      404,
      "not-found",
      `Cannot ${request.method} ${request.url.split("?")[0]}: it must be a method and an address of /openapi.json`,
    ),
  );
  return app;
}

function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/octet-stream", { parseAs: "buffer" }, (request, body, done) => {
    // Compressed bytes would be decided on as if they were numbers.
    if (plain(request)) done(null, body);
    else done(packed(request));
  });
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    if (!plain(request)) return done(packed(request));
    // Else two ids could become one: what is no UTF-8 reads as the same sign everywhere.
    if (!isUtf8(body as Buffer))
      return done(new LogitsError("bad-data", "Cannot read this body: it must be UTF-8, got other bytes"));
    try {
      done(null, JSON.parse((body as Buffer).toString("utf8")));
    } catch (error) {
      const refusal = new LogitsError(
        "bad-data",
        `Cannot read this body: it must be JSON, got ${(error as Error).message}`,
      );
      done(refusal);
    }
  });
}

const plain = ({ headers }: FastifyRequest): boolean =>
  headers["content-encoding"] === undefined || headers["content-encoding"] === "identity";

const packed = ({ headers }: FastifyRequest): Error =>
  Object.assign(new Error(`Cannot read this body: it must be sent as it is, got ${headers["content-encoding"]}`), {
    statusCode: 415,
  });

function documentRoute(version: string): Route {
  const document = json(openapi(routes, version));
  return {
    method: "GET",
    url: "/openapi.json",
    summary: "This document.",
    scope: "none",
    answer: { type: "object" },
    handle: () => ({ body: document }),
  };
}

function addRoute(
  app: FastifyInstance,
  service: Service,
  route: Route,
  failures: Failures,
  admission: Admission | undefined,
): void {
  const { method, url, body, query, scope, handle } = route;
  app.route({
    method,
    url,
    ...(body && {
      schema: { body: { content: { "application/json": { schema: body } } }, ...(query && { querystring: query }) },
    }),
    attachValidation: true,
    ...(admission &&
      scope !== "none" && {
        onRequest: (request, reply, done) => {
          if (admission(request, reply, scope)) done();
        },
      }),
    // Not async: a promise more for each request, and a body that is held until the record is on the disk.
    handler: (request, reply) => {
      const began = performance.now();
      // A list or a number may be JSON too; what is no object was refused by the schema.
      if (body && request.body === undefined)
        throw new LogitsError("bad-data", "Cannot read this body: it must be JSON or bytes, got nothing");
      if (request.body instanceof Uint8Array && !query)
        throw new LogitsError(
          "bad-data",
          "Cannot read this body: it must be application/json, got application/octet-stream",
        );
      if (request.validationError) throw refusalOf(request.validationError, service, taken(request));
      const send = (answer: Answer | string): void => {
        service.metrics.observe(url, (performance.now() - began) / 1000);
        const { status = 200, type = jsonType, body } = typeof answer === "string" ? { body: answer } : answer;
        if (status >= 400) failures.count(reply, status);
        reply.code(status).header("content-type", type);
        reply.send(typeof body === "string" ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength));
      };
      const answer = handle(service, taken(request));
      if (answer instanceof Promise) answer.then(send).catch((error: Error) => reply.send(error));
      else send(answer);
    },
  });
}

const jsonType = "application/json; charset=utf-8";

/** A request as routes see it. Its body is let go by Fastify: numbers that were read need not wait for the disk. */
function taken(request: FastifyRequest): Asked {
  const { body, query, headers } = request;
  request.body = undefined;
  return { body, query: query as Asked["query"], accept: headers.accept ?? "" };
}

/** What a schema says of rows in general, the reader of rows says in particular: which row, which column. */
function refusalOf(error: Error, service: Service, asked: Asked): Error {
  try {
    rowsAsked(service, asked);
  } catch (refusal) {
    if (LogitsError.isInstance(refusal) && refusal.row !== undefined) return refusal;
  }
  return error;
}

type Admission = (request: FastifyRequest, reply: FastifyReply, scope: Exclude<Route["scope"], "none">) => boolean;

/** Who may go on; answers those who may not. Absent: everybody may. */
function admissionOf({ keys, rate }: AppOptions, failures: Failures): Admission | undefined {
  if (!keys && rate === undefined) return undefined;
  const limit = rate === undefined ? undefined : new RateLimit(rate);
  const tooSoon = (reply: FastifyReply, whose: string): boolean => {
    const wait = limit?.wait(whose) ?? 0;
    if (wait === 0) return false;
    reply.header("retry-after", Math.ceil(wait));
    failures.answer(reply, 429, "rate", "Cannot go on: too many requests a second");
    return true;
  };
  return (request, reply, scope) => {
    if (keys) {
      const admitted = admit(keys(), bearer(request.headers.authorization));
      if (typeof admitted === "string") {
        reply.header("www-authenticate", "Bearer");
        // Whoever tries keys is told no sooner than others are answered.
        if (tooSoon(reply, `address ${request.ip}`)) return false;
        if (admitted === "revoked")
          failures.answer(reply, 403, "revoked-key", "Cannot go on: the key must be valid, got one that was revoked");
        else
          failures.answer(
            reply,
            401,
            "no-key",
            `Cannot go on: Authorization must be "Bearer KEY", got ${admitted === "missing" ? "no key" : "a wrong one"}`,
          );
        return false;
      }
      if (tooSoon(reply, `key ${admitted.name}`)) return false;
      if (scope !== "any" && !admitted.allowed.has(scope)) {
        failures.answer(
          reply,
          403,
          "scope",
          `Cannot go on: the key must allow ${scope}, got ${[...admitted.allowed].join(", ")}`,
        );
        return false;
      }
      return true;
    }
    return !tooSoon(reply, `address ${request.ip}`);
  };
}
