export { expFar, expNear, scaleRow, softmaxRows } from "./softmax";
export { find, peakOf, scan } from "./scan";
export { addSum, firstOf, logRow } from "./row";
export { sumBelow, sumFar, sumNear, weightedBelow, weightedFar, weightedNear } from "./sums";
export { momentsFar, momentsNear } from "./moments";
export { rowStats } from "./rowStats";
export { groupMaxima, threshold, tilesFrom } from "./top";
export { pack, packedFar, packedNear, packedSums, rowSums } from "./nll";
