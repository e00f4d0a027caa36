/** Small networks whose last layer gives logits: trained from losses of logits, on TensorFlow.js. */
export { attack, type Attacked, type AttackMethod, type AttackOptions, replicate } from "./attack.js";
export type { Augmentation } from "./augment.js";
export { type Data, type DataOptions, openExamples } from "./data.js";
export type { Examples } from "./examples.js";
export { load, save } from "./file.js";
export { conv, dense, type Layer, linear, pool } from "./layers.js";
export { network, type Network, type NetworkOptions } from "./network.js";
export { fromOnnx, toOnnx } from "./onnxModel.js";
export { type Activation, activations, predict, type Unlabelled } from "./predict.js";
export { prepare } from "./tensorflow.js";
export { train, type Trained } from "./train.js";
export type { EpochReport, LossOfLogits, TrainOptions, TrainState } from "./trainOptions.js";
