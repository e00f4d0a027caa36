import { expect, it } from "vitest";
import { prepare, tensorflow } from "./tensorflow.js";

const program = process as NodeJS.EventEmitter;
const events = ["uncaughtException", "unhandledRejection"];
const listening = (): unknown[] => events.flatMap((event) => program.listeners(event));

it("loads the WebAssembly backend once, and leaves errors that nobody catches to the program", async () => {
  const own = (): void => undefined;
  program.on("unhandledRejection", own);
  const before = listening();
  await prepare();
  expect(listening()).toEqual(before);
  program.removeListener("unhandledRejection", own);
  const tf = await tensorflow();
  expect(tf.getBackend()).toBe("wasm");
  expect(await tensorflow("elsewhere/")).toBe(tf);
});
