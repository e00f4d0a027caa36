import type { Augmentation } from "../learn/augment.js";
import type { Examples } from "../learn/examples.js";
import { LogitsError } from "../core/index.js";
import { type Invocation, UsageError } from "./command.js";
import { list } from "./flags.js";

/** How a network is to be trained. */
export interface Wish {
  epochs: number;
  batch: number;
  rate: number;
  decay: number;
  patience: number;
  seed: number;
  augment: Augmentation;
  overfit: number | undefined;
}

/** Pixels that pictures are moved by, as a share of the smaller side. */
const SHIFT = 1 / 16;

/** The flags with their defaults, which depend on what the examples are. */
export function wishOf({ flags }: Invocation, { shape, labels }: Examples): Wish {
  const overfit = flags["overfit"] as number | undefined;
  if (overfit !== undefined && overfit > labels.length)
    throw new LogitsError(
      "bad-argument",
      `Cannot train: --overfit must be at most the number of training examples, ${labels.length}, got ${overfit}`,
    );
  if (overfit !== undefined && flags["patience"] !== undefined)
    throw new UsageError("--patience says when to stop early, which --overfit never does: leave one of them out");
  const number = (name: string, otherwise: number): number => (flags[name] as number | undefined) ?? otherwise;
  return {
    epochs: number("epochs", overfit === undefined ? 16 : 60),
    batch: number("batch", 64),
    rate: number("lr", overfit === undefined ? 0.002 : 0.003),
    decay: number("decay", 0),
    patience: number("patience", 5),
    seed: number("seed", 0),
    augment: augmentation(String(flags["augment"] ?? "auto"), shape, overfit !== undefined),
    overfit,
  };
}

function augmentation(asked: string, shape: readonly number[], byHeart: boolean): Augmentation {
  const [height, width, channels] = shape;
  const isPicture = shape.length === 3;
  const colour = isPicture && channels! > 1;
  const words = asked === "auto" ? (colour && !byHeart ? ["flip", "shift"] : []) : asked === "none" ? [] : list(asked);
  const strange = words.find((word) => word !== "flip" && word !== "shift");
  if (strange !== undefined)
    throw new UsageError(`--augment must be auto, none, flip, shift or flip,shift, got ${asked}`);
  if (words.length > 0 && !isPicture)
    throw new UsageError(`--augment must be none for examples that are no pictures, got ${asked}`);
  return {
    ...(words.includes("flip") && { flip: true }),
    ...(words.includes("shift") && { shift: Math.max(1, Math.round(SHIFT * Math.min(height!, width!))) }),
  };
}
