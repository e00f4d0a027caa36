export type { NextTokenModel } from "../core/index.js";
export { builtInModel } from "./builtIn.js";
export type { LocalModel, TopScores } from "./cachedModel.js";
export { gguf, type GgufOptions } from "./gguf.js";
export { onnx, type OnnxOptions } from "./onnx.js";
export { openai, type OpenaiOptions } from "./openai.js";
export { recorded, type RecordedOptions } from "./recorded.js";
export type { Classifier, ClassifierInput } from "./classifier.js";
export { onnxClassifier, type OnnxClassifierOptions } from "./onnxClassifier.js";
export { openModel, type OpenModelOptions } from "./openModel.js";
export { type Tfjs, tfjsClassifier, type TfjsClassifierOptions } from "./tfjsClassifier.js";
export {
  transformersJs,
  type TransformersModel,
  type TransformersOptions,
  type TransformersTokenizer,
} from "./transformersJs.js";
