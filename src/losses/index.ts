/** Losses from logits: value and gradient in closed form, finite wherever the logits are. */
export { type BinaryOptions, binaryCrossEntropy, multilabelCrossEntropy } from "./binary.js";
export { crossEntropy, type CrossEntropyOptions, focal, logitAdjusted } from "./crossEntropy.js";
export { distillation } from "./distillation.js";
export { hinge } from "./hinge.js";
export type { Loss, LossInput, LossOptions, Reduction } from "./loss.js";
export { coral, cumulativeLink, type OrdinalLoss } from "./ordinal.js";
export { energyLoss, entropyLoss } from "./regularisers.js";
