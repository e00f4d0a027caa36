import { LogitsError } from "../core/index.js";
import { sizeOf } from "./examples.js";
import type { Network } from "./network.js";

/** Refuses examples that are not of a network's input shape. */
export function checkInput(
  action: string,
  { input }: Network,
  { shape, values }: { shape: readonly number[]; values: ArrayLike<number> },
): void {
  if (
    shape.length === input.length &&
    shape.every((size, k) => size === input[k]) &&
    values.length % sizeOf(input) === 0
  )
    return;
  const got = shape.join(" × ");
  throw new LogitsError(
    "mismatch",
    `Cannot ${action}: an example must be ${input.join(" × ")} as the network's input, got ${got}`,
  );
}
