import { expect, it } from "vitest";
import { prepare, tensorflow } from "./tensorflow.js";

const program = process as NodeJS.EventEmitter;
const events = ["uncaughtException", "unhandledRejection"];
const listening = (): unknown[] => events.flatMap((event) => program.listeners(event));

it("loads the WebAssembly backend once, and leaves errors that nobody catches to the program", async () => {
  const own = (): void => undefined;
  program.on("unhandledRejection", own);
  const before = listening();
  const watching = program.listenerCount("newListener");
  const loaded = prepare();
  // A program adds its own while the backend loads: at once, and later.
  const [soon, later] = [(): void => undefined, (): void => undefined];
  program.on("uncaughtException", soon);
  await import("@tensorflow/tfjs-core");
  const added = setInterval(() => {
    if (program.listeners("unhandledRejection").includes(later)) return;
    program.on("unhandledRejection", later);
  }, 0);
  await loaded;
  clearInterval(added);
  expect(program.listeners("unhandledRejection")).toContain(later);
  expect(program.listeners("uncaughtException")).toContain(soon);
  program.removeListener("uncaughtException", soon);
  program.removeListener("unhandledRejection", later);
  expect(listening()).toEqual(before);
  expect(program.listenerCount("newListener")).toBe(watching);
  program.removeListener("unhandledRejection", own);
  const tf = await tensorflow();
  expect(tf.getBackend()).toBe("wasm");
  expect(await tensorflow("elsewhere/")).toBe(tf);
});
