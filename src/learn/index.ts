/** Small networks whose last layer gives logits: trained from losses of logits, on TensorFlow.js or in plain TypeScript. */
export {
  assess,
  type Assessed,
  type Assessment,
  type Assessments,
  type AssessOptions,
  type Evidence,
  type EvidenceWorth,
  type MissingAttack,
} from "./assess.js";
export { attack, type Attacked, type AttackMethod, attackMethods, type AttackOptions } from "./attack.js";
export type { Augmentation } from "./augment.js";
export { type Data, type DataOptions, openExamples } from "./data.js";
export { snapshotEvidence, type SnapshotScore } from "./evidence.js";
export type { Engine } from "./engine.js";
export { type Examples, select } from "./examples.js";
export { commonWords, goodWordAttack, goodWords } from "./goodWords.js";
export { load, save } from "./file.js";
export { conv, dense, type Layer, linear, pool } from "./layers.js";
export { fitNoise, noiseEvidence, type NoiseLaw } from "../stats/noiseEvidence.js";
export { replicate, type ReplicateOptions } from "./noise.js";
export type { Replicates } from "../core/index.js";
export { network, type Network, type NetworkOptions } from "./network.js";
export { fromOnnx, toOnnx } from "./onnxModel.js";
export { type Activation, activations, predict, type Unlabelled } from "./predict.js";
export { bags, type SparseExamples } from "./sparse.js";
export { prepare } from "./tensorflow.js";
export { train, type Trained } from "./train.js";
export type { EpochReport, LossOfLogits, TrainOptions, TrainState } from "./trainOptions.js";
