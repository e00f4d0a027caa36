import { LogitsError } from "../core/index.js";
import { checkSeed } from "./checkSeed.js";
import { initial, type Layer, parameterShapes, shapeAfter } from "./layers.js";

/** Layers and what they have learned: plain data, which training never changes in place. */
export interface Network {
  /** Of one example: [height, width, channels] or [features]. */
  readonly input: readonly number[];
  readonly layers: readonly Layer[];
  /** Weights and bias of each layer that has some, in order. */
  readonly parameters: readonly Float32Array[];
  /** Names of the logits; their numbers where nothing else is known. */
  readonly classes: readonly string[];
}

export interface NetworkOptions {
  input: readonly number[];
  /** Of the first weights, an integer 0 … 2³² − 1; default 1. */
  seed?: number;
  classes?: readonly string[];
}

/**
 * A network whose last layer is linear, so that what comes out are logits.
 *
 * @example
 *     network([conv(8), pool(), conv(16), pool(), dense(64), linear(10)], { input: [28, 28, 1], seed: 7 })
 */
export function network(layers: readonly Layer[], { input, seed = 1, classes }: NetworkOptions): Network {
  const last = layers.at(-1);
  if (last?.kind !== "linear" || last.units < 2)
    throw new LogitsError(
      "bad-argument",
      "Cannot build a network: its last layer must be linear with at least 2 units",
    );
  if (![1, 3].includes(input.length) || !input.every((size) => Number.isInteger(size) && size >= 1))
    throw new LogitsError(
      "bad-argument",
      `Cannot build a network: its input must be [features] or [height, width, channels], each an integer ≥ 1, got ${input.join(" × ") || "none"}`,
    );
  checkSeed("build a network", seed);
  const parameters = walk(layers, input, (layer, shape, place) =>
    parameterShapes(layer, shape).map((of) => initial(layer, of, seed, place)),
  );
  const names = classes ?? Array.from({ length: last.units }, (_, k) => String(k));
  if (names.length !== last.units)
    throw new LogitsError(
      "mismatch",
      `Cannot build a network: there must be one class a logit (${last.units}), got ${names.length}`,
    );
  return { input: [...input], layers: [...layers], parameters: parameters.flat(), classes: [...names] };
}

/** What a function says of each layer and the shape before it. */
export function walk<T>(
  layers: readonly Layer[],
  input: readonly number[],
  visit: (layer: Layer, shape: number[], place: number) => T,
): T[] {
  let shape = [...input];
  return layers.map((layer, place) => {
    const seen = visit(layer, shape, place);
    shape = shapeAfter(layer, shape, place);
    return seen;
  });
}
