// The one file that loads TensorFlow.js.
import { missingPackage } from "../models/missingPackage.js";

export type Tf = typeof import("@tensorflow/tfjs-core");

let loading: Promise<Tf> | undefined;

/**
 * TensorFlow.js with its WebAssembly backend, loaded once. Where the files of that backend are not found by themselves (in a page they lie where its
 * script does), `wasmFolder` says where: a path or address that ends with `/`.
 */
export function tensorflow(wasmFolder?: string): Promise<Tf> {
  loading ??= load(wasmFolder).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(wasmFolder?: string): Promise<Tf> {
  const tf = await import("@tensorflow/tfjs-core").catch((cause: unknown) => {
    throw missingPackage("@tensorflow/tfjs-core", "train a network", cause);
  });
  const wasm = await import("@tensorflow/tfjs-backend-wasm").catch((cause: unknown) => {
    throw missingPackage("@tensorflow/tfjs-backend-wasm", "train a network", cause);
  });
  tf.enableProdMode();
  if (wasmFolder !== undefined) wasm.setWasmPaths(wasmFolder);
  const before = listeners();
  await tf.setBackend("wasm");
  await tf.ready();
  for (const { event, listener } of listeners())
    if (!before.some((old) => old.listener === listener)) process.removeListener(event, listener);
  return tf;
}

interface Listening {
  event: string;
  listener: (...args: unknown[]) => void;
}

/** Who hears of errors that nobody caught. The WebAssembly backend adds itself, and then every such error of a program is thrown from within it. */
function listeners(): Listening[] {
  if (typeof process !== "object" || typeof process.listeners !== "function") return [];
  return ["uncaughtException", "unhandledRejection"].flatMap((event) =>
    process.listeners(event as never).map((listener) => ({ event, listener: listener as Listening["listener"] })),
  );
}
