// Two gradients as WebAssembly of our own, in the memory of TensorFlow.js's backend, where the tensors lie: forward kernels take three times as long.
import type { KernelConfig, TensorInfo } from "@tensorflow/tfjs-core";
import type { Tf } from "./tensorflow.js";
import { wasm } from "./wasm.generated.js";

/** Names in the registry of TensorFlow.js. */
export const CONV_WEIGHTS = "LogitsConvWeights";
export const POOL_INPUT = "LogitsPoolInput";

interface Kernels {
  convWeights(
    x: number,
    d: number,
    out: number,
    examples: number,
    height: number,
    width: number,
    channels: number,
    filters: number,
    size: number,
  ): void;
  poolInput(d: number, x: number, y: number, out: number, rows: number, width: number, channels: number): void;
}

/** What is used of the backend: as its own kernels use it. */
interface Backend {
  wasm?: { asm?: { memory?: object } };
  makeOutput(shape: number[], dtype: "float32"): TensorInfo;
  dataIdMap: { get(dataId: object): { memoryOffset: number } };
}

/** The part of the global `WebAssembly` that is used. It is declared here because not every set of library types has it. */
interface WebAssemblyLike {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
}

/** Registers the kernels with the backend that is at work; where its memory cannot be had (its build with threads shares it) they stay unknown. */
export function registerKernels(tf: Tf): void {
  const { convWeights, poolInput } = instance((tf.backend() as unknown as Backend).wasm?.asm?.memory) ?? {};
  if (!convWeights || !poolInput) return;
  type Inputs = Record<string, TensorInfo>;
  const register = (name: string, run: (backend: Backend, inputs: Inputs, at: At) => TensorInfo): void => {
    const kernelFunc = ({ inputs, backend }: { inputs: Inputs; backend: Backend }): TensorInfo =>
      run(backend, inputs, ({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset);
    tf.registerKernel({ kernelName: name, backendName: "wasm", kernelFunc } as unknown as KernelConfig);
  };
  register(CONV_WEIGHTS, (backend, { x, d }, at) => {
    const [examples, height, width, filters] = d!.shape as [number, number, number, number];
    const channels = x!.shape[3]!;
    const size = x!.shape[1]! - height + 1;
    const out = backend.makeOutput([size, size, channels, filters], "float32");
    convWeights(at(x!), at(d!), at(out), examples, height, width, channels, filters, size);
    return out;
  });
  register(POOL_INPUT, (backend, { d, x, y }, at) => {
    const [examples, height, width, channels] = d!.shape as [number, number, number, number];
    const out = backend.makeOutput(x!.shape, "float32");
    poolInput(at(d!), at(x!), at(y!), at(out), examples * height, width, channels);
    return out;
  });
}

type At = (info: TensorInfo) => number;

function instance(memory: object | undefined): Kernels | undefined {
  const api = (globalThis as { WebAssembly?: WebAssemblyLike }).WebAssembly;
  if (!api || !memory) return undefined;
  try {
    const bytes = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
    return new api.Instance(new api.Module(bytes), { env: { memory } }).exports as Kernels;
  } catch {
    // No SIMD, or memory of another kind.
    return undefined;
  }
}
