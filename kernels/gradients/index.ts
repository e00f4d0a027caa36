export { convWeights } from "./convWeights";
export { poolInput } from "./poolInput";
