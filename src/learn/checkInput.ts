import { LogitsError } from "../core/index.js";
import { sizeOf } from "./examples.js";
import type { Network } from "./network.js";

/** Refuses examples that are not of a network's input shape. */
export function checkInput(
  action: string,
  { input }: Network,
  { shape, values }: { shape: readonly number[]; values: ArrayLike<number> },
): void {
  const refuse = (what: string): never => {
    throw new LogitsError("mismatch", `Cannot ${action}: ${what}`);
  };
  if (shape.length !== input.length || !shape.every((size, k) => size === input[k]))
    refuse(`an example must be ${input.join(" × ")} as the network's input, got ${shape.join(" × ")}`);
  if (values.length % sizeOf(input) !== 0)
    refuse(`an example must be ${sizeOf(input)} numbers (${input.join(" × ")}), got ${values.length} in all`);
}
