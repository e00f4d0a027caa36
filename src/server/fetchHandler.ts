import { createApp, type AppOptions } from "./app.js";
import type { Service } from "./service.js";

export type FetchHandler = (request: Request) => Promise<Response>;

/**
 * The same addresses as a function from Request to Response, to be mounted in another server.
 *
 * @example
 *     const handle = fetchHandler(await Service.start({ policy: "P.json" }), { version: "1" });
 *     const response = await handle(new Request("http://local/healthz"));
 */
export function fetchHandler(service: Service, options: AppOptions): FetchHandler {
  const app = createApp(service, options);
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = await bodyOf(request, app.initialConfig.bodyLimit!);
    const { statusCode, headers, rawPayload } = await app.inject({
      method: request.method as "GET" | "POST",
      url: pathname + search,
      headers: Object.fromEntries(request.headers),
      ...(body && { payload: body }),
    });
    const kept = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    );
    return new Response(new Uint8Array(rawPayload), { status: statusCode, headers: kept });
  };
}

/** The body, or its beginning where it is longer than the app will take: what is to be refused need not be held. */
async function bodyOf({ body }: Request, most: number): Promise<Buffer | undefined> {
  if (body === null) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  while (length <= most) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    chunks.push(value);
    length += value.length;
  }
  await reader.cancel();
  return Buffer.concat(chunks);
}
