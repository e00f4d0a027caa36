/** The decision service: policies behind HTTP, every decision recorded before it is answered. Node only. */
export { createApp, type AppOptions } from "./app.js";
export { openTrail, openDirectTrail, type Trail, TrailError, type TrailOptions } from "./audit/trail.js";
export { type Head } from "./audit/record.js";
export { type Replay, replayTrail } from "./audit/replay.js";
export { recordsOf, type Verification, verifyTrail } from "./audit/verify.js";
export { type FetchHandler, fetchHandler } from "./fetchHandler.js";
export { serve, type Running, type ServeOptions } from "./serve.js";
export { Service, type ServiceOptions } from "./service.js";
