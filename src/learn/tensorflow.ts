// The one file that loads TensorFlow.js.
import { missingPackage } from "../models/missingPackage.js";
import { registerKernels } from "./kernels.js";

export type Tf = typeof import("@tensorflow/tfjs-core");

/** What has to be installed. */
const PACKAGES = "@tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0";

let loading: Promise<Tf> | undefined;

/**
 * Loads TensorFlow.js and its WebAssembly backend, once; whatever needs them does so by itself. To be called first where the files of that backend
 * (`tfjs-backend-wasm*.wasm` of `@tensorflow/tfjs-backend-wasm/dist`) do not lie beside the script that loads them, as in most pages and workers.
 *
 * @param options.wasmFolder path or address that ends with `/`; default and no-op: beside the script
 * @throws "missing-package"
 * @example
 *     await prepare({ wasmFolder: "/assets/tfjs/" });
 */
export async function prepare({ wasmFolder }: { wasmFolder?: string } = {}): Promise<void> {
  await tensorflow(wasmFolder);
}

export function tensorflow(wasmFolder?: string): Promise<Tf> {
  loading ??= load(wasmFolder).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(wasmFolder?: string): Promise<Tf> {
  const tf = await import("@tensorflow/tfjs-core").catch((cause: unknown) => {
    throw missingPackage("@tensorflow/tfjs-core", "run a network", cause, PACKAGES);
  });
  const wasm = await import("@tensorflow/tfjs-backend-wasm").catch((cause: unknown) => {
    throw missingPackage("@tensorflow/tfjs-backend-wasm", "run a network", cause, PACKAGES);
  });
  tf.enableProdMode();
  if (wasmFolder !== undefined) wasm.setWasmPaths(wasmFolder);
  // The backend listens for errors that nobody caught, and throws each of a program's from within itself.
  const { process } = globalThis as { process?: Emitter };
  const before = listening(process);
  await tf.setBackend("wasm");
  await tf.ready();
  for (const [event, listeners] of listening(process))
    for (const listener of listeners)
      if (!before.get(event)!.includes(listener)) process!.removeListener!(event, listener);
  registerKernels(tf);
  return tf;
}

interface Emitter {
  listeners?(event: string): unknown[];
  removeListener?(event: string, listener: unknown): void;
}

function listening(process?: Emitter): Map<string, unknown[]> {
  const events = typeof process?.listeners === "function" ? ["uncaughtException", "unhandledRejection"] : [];
  return new Map(events.map((event) => [event, process!.listeners!(event)]));
}
