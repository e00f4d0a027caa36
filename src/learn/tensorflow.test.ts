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
  // A program adds its own while the backend loads: at once, and when the backend has just added its.
  const [soon, later] = [(): void => undefined, (): void => undefined];
  const onNew = (event: string): void => {
    if (event !== "unhandledRejection") return;
    program.removeListener("newListener", onNew);
    process.nextTick(() => program.on("unhandledRejection", later));
  };
  const loaded = prepare();
  program.on("uncaughtException", soon);
  program.on("newListener", onNew);
  await loaded;
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
