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
  const removeItsListeners = watchListeners();
  try {
    await tf.setBackend("wasm");
    await tf.ready();
  } finally {
    removeItsListeners();
  }
  registerKernels(tf);
  return tf;
}

interface Emitter {
  on?(event: string, listener: (...args: never[]) => void): unknown;
  removeListener?(event: string, listener: (...args: never[]) => void): unknown;
}

/** Emscripten's own, as they are written or minified: they throw on what they are given. */
const itsText = /^function\s*\((\w+)\)\s*\{\s*(if\s*\(!\(\1 instanceof \w+\)\)\s*\{?\s*)?throw \1;?\s*\}?\s*\}$/;

/**
 * Notices who adds listeners for errors that nobody caught, until the function that comes back is called: it removes those that the backend added, and no
 * others that a program adds meanwhile. They are known by the file that adds them or, in a bundle, by their text.
 */
function watchListeners(): () => void {
  const { process } = globalThis as unknown as { process?: Emitter };
  if (typeof process?.on !== "function" || typeof process.removeListener !== "function") return () => undefined;
  const added: { event: string; listener: (...args: never[]) => void; isByFile: boolean }[] = [];
  const seen = (event: string, listener: (...args: never[]) => void): void => {
    if (event !== "uncaughtException" && event !== "unhandledRejection") return;
    added.push({ event, listener, isByFile: /backend-wasm/.test(new Error().stack ?? "") });
  };
  process.on("newListener", seen);
  return () => {
    process.removeListener!("newListener", seen);
    const isKnown = added.some(({ isByFile }) => isByFile);
    for (const { event, listener, isByFile } of added)
      if (isKnown ? isByFile : itsText.test(String(listener))) process.removeListener!(event, listener);
  };
}
