import { json, type Route } from "../route.js";

export const healthz: Route = {
  method: "GET",
  url: "/healthz",
  summary: "Whether the process is alive.",
  scope: "none",
  answer: { type: "object", properties: { status: { type: "string" } } },
  handle: () => ({ body: '{"status":"ok"}' }),
};

const readiness = { type: "object", properties: { status: { type: "string" }, reason: { type: "string" } } };

export const readyz: Route = {
  method: "GET",
  url: "/readyz",
  summary: "Whether decisions can be made and recorded: 503 while the disk is full or the service ends.",
  scope: "none",
  answer: readiness,
  others: { "503": { description: "Not now, and why.", answer: readiness } },
  async handle(service) {
    const reason = await service.unready();
    if (reason === undefined) return { body: '{"status":"ready"}' };
    return { status: 503, body: json({ status: "not ready", reason }) };
  },
};
