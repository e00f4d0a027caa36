import type { Route } from "./route.js";
import { failure, type Schema } from "./schemas.js";

/** The OpenAPI 3.1 document of these addresses, made of the schemas that requests are checked with. */
export function openapi(routes: readonly Route[], version: string): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routes) (paths[route.url] ??= {})[route.method.toLowerCase()] = operation(route);
  return {
    openapi: "3.1.0",
    info: {
      title: "logits",
      version,
      description: "Decisions from logits under a policy whose promise is stated, tested and watched.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths,
    components: { securitySchemes: { key: { type: "http", scheme: "bearer" } }, schemas: { failure } },
  };
}

const octets: Schema = { "application/octet-stream": { schema: { type: "string", contentEncoding: "binary" } } };

const answered = ({ description, answer }: { description: string; answer: Schema }): Schema => ({
  description,
  content: { "application/json": { schema: answer } },
});

function operation({ summary, scope, body, query, answer, bytes, others = {}, url, method }: Route): Schema {
  const failed = (description: string): Schema =>
    answered({ description, answer: { $ref: "#/components/schemas/failure" } });
  const properties = (query?.["properties"] ?? {}) as Record<string, Schema>;
  return {
    operationId: `${method.toLowerCase()}${url.replace(/[^a-z0-9]+(.)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    security: scope === "none" ? [] : [{ key: [] }],
    ...(scope !== "none" && { "x-scope": scope }),
    ...(query && { parameters: Object.entries(properties).map(([name, schema]) => ({ name, in: "query", schema })) }),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          "application/json": { schema: body },
          ...(query && octets),
        },
      },
    }),
    responses: {
      "200": {
        description: "Done.",
        content:
          typeof answer === "string"
            ? { [answer]: { schema: { type: "string" } } }
            : { "application/json": { schema: answer }, ...(bytes && octets) },
      },
      ...Object.fromEntries(Object.entries(others).map(([status, one]) => [status, answered(one)])),
      ...(body && {
        "400": failed("The body is not what the schema says."),
        "408": failed("The body did not arrive in time."),
        "413": failed("The body is too large."),
        "415": failed("The body is of another type, or compressed."),
      }),
      ...(scope !== "none" && {
        "401": failed("No key, or a wrong one."),
        "403": failed("A key that was revoked, or that allows something else."),
        "429": failed("Too many requests from this key."),
      }),
      ...(method === "POST" && {
        "503": failed(
          "What must be on the disk first, the record or a policy's file, could not be written: nothing was done.",
        ),
      }),
    },
  };
}
