import { conv, dense, type Layer, linear, pool } from "./layers.js";
import { sizeOf } from "./examples.js";

/** Pictures of fewer numbers than this are simple ones, like 28 × 28 in grey. */
const FEW = 1024;
/** Sides that need no more halving. */
const SMALL = 8;

/**
 * A network that suits examples of a shape, small enough for minutes on one core.
 *
 *     28 × 28 × 1     conv 8, pool, conv 16, pool, dense 64, linear
 *     32 × 32 × 3     conv 16, pool, conv 32, pool, dense 128, linear
 *     larger          conv 32 and pool again until a side is 8 or odd
 *     features        dense 64, linear
 */
export function layersFor(shape: readonly number[], classes: number): Layer[] {
  if (shape.length === 1) return [dense(64), linear(classes)];
  const width = sizeOf(shape) < FEW ? 8 : 16;
  const layers: Layer[] = [];
  let [height, across] = shape as [number, number];
  for (let block = 0; block < 2 || (Math.min(height, across) > SMALL && even(height, across)); block++) {
    layers.push(conv(block === 0 ? width : 2 * width));
    if (!even(height, across)) continue;
    layers.push(pool());
    height /= 2;
    across /= 2;
  }
  return [...layers, dense(8 * width), linear(classes)];
}

const even = (height: number, across: number): boolean => height % 2 === 0 && across % 2 === 0;
