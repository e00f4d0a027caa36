import { LogitsError, uniform } from "../core/index.js";

/** A layer as data. */
export type Layer =
  | { kind: "conv"; filters: number; size: number }
  | { kind: "pool" }
  | { kind: "dense"; units: number }
  | { kind: "linear"; units: number };

/** Convolution of odd `size`, default 3, that keeps the height and width, then max(0, ·). */
export const conv = (filters: number, { size = 3 }: { size?: number } = {}): Layer => ({ kind: "conv", filters, size });

/** The largest of each 2 × 2: half the height and width. */
export const pool = (): Layer => ({ kind: "pool" });

/** A fully connected layer, then max(0, ·). */
export const dense = (units: number): Layer => ({ kind: "dense", units });

/** A fully connected layer and nothing after it: as the last layer it gives the logits. */
export const linear = (units: number): Layer => ({ kind: "linear", units });

/** The shapes of the arrays that a layer learns: weights, then bias; none for pooling. Convolutions: size × size × channels × filters. */
export function parameterShapes(layer: Layer, input: readonly number[]): number[][] {
  if (layer.kind === "pool") return [];
  if (layer.kind === "conv") return [[layer.size, layer.size, input[2]!, layer.filters], [layer.filters]];
  return [[input.reduce((product, size) => product * size, 1), layer.units], [layer.units]];
}

/** The shape after a layer; an error where the layer cannot follow. */
export function shapeAfter(layer: Layer, input: readonly number[], place: number): number[] {
  const refuse = (what: string, got: unknown): never => {
    throw new LogitsError("bad-argument", `Cannot build a network: ${what} of layer ${place} must be ${got}`);
  };
  if (layer.kind === "dense" || layer.kind === "linear") {
    if (!(Number.isInteger(layer.units) && layer.units >= 1)) refuse("units", `an integer ≥ 1, got ${layer.units}`);
    return [layer.units];
  }
  const [height, width, channels] = input;
  if (input.length !== 3) return refuse("the input", `height × width × channels, got ${input.join(" × ")}`);
  if (layer.kind === "pool") {
    if (height! % 2 !== 0 || width! % 2 !== 0) refuse("height and width", `even, got ${height} × ${width}`);
    return [height! / 2, width! / 2, channels!];
  }
  const { filters, size } = layer;
  if (!(Number.isInteger(filters) && filters >= 1)) refuse("filters", `an integer ≥ 1, got ${filters}`);
  if (!(Number.isInteger(size) && size >= 1 && size % 2 === 1)) refuse("size", `an odd integer ≥ 1, got ${size}`);
  return [height!, width!, filters];
}

/** Weights uniform in ±√(6/inputs) for layers with max(0, ·) and ±√(3/inputs) for others (He et al., ICCV 2015); biases 0. */
export function initial(layer: Layer, shape: readonly number[], seed: number, place: number): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1);
  const values = new Float32Array(length);
  if (shape.length === 1) return values;
  const inputs = length / shape.at(-1)!;
  const bound = Math.sqrt((layer.kind === "linear" ? 3 : 6) / inputs);
  for (let i = 0; i < length; i++) values[i] = bound * (2 * uniform(seed, "weights", i, place) - 1);
  return values;
}
