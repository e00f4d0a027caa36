export { expFar, expNear, scaleRow, softmaxRows } from "./softmax";
export { find, scan } from "./scan";
export { sumFar, sumNear } from "./sums";
export { momentsFar, momentsNear } from "./moments";
export { rowStats } from "./rowStats";
export { pack, packedFar, packedNear, packedSums, rowSums } from "./nll";
export { manyDigits, nearest, word } from "./decimal";
export { parseRecords } from "./records";
