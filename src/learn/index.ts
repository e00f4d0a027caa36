/** Small networks whose last layer gives logits: trained from losses of logits, on TensorFlow.js or in plain TypeScript. */
export { attack, type Attacked, type AttackMethod, type AttackOptions, replicate } from "./attack.js";
export type { Augmentation } from "./augment.js";
export type { Engine } from "./engine.js";
export type { Examples } from "./examples.js";
export { commonWords, goodWordAttack, goodWords } from "./goodWords.js";
export { load, save } from "./file.js";
export { conv, dense, type Layer, linear, pool } from "./layers.js";
export { network, type Network, type NetworkOptions } from "./network.js";
export { fromOnnx, toOnnx } from "./onnxModel.js";
export { type Activation, activations, predict } from "./predict.js";
export { bags, type SparseExamples } from "./sparse.js";
export {
  type EpochReport,
  type LossOfLogits,
  train,
  type Trained,
  type TrainOptions,
  type TrainState,
} from "./train.js";
