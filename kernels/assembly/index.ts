export { expFar, expNear, scaleRow, softmaxRows } from "./softmax";
export { find, peakOf, scan } from "./scan";
export { addSum, firstOf, logRow } from "./row";
export { sumBelow, sumFar, sumNear, weightedBelow, weightedFar, weightedNear } from "./sums";
export { momentsFar, momentsNear } from "./moments";
export { rowStats } from "./rowStats";
export { best } from "./best";
export { groupMaxima, threshold, tilesFrom } from "./top";
export {
  rowAbove, rowBlockAt, rowCountEqual, rowKeep, rowMark, rowMassAbove, rowMassNear, rowPeak, rowSpread, rowWeigh, rowWeighLogs,
} from "./drawRow";
export { classPlaces } from "./classPlaces";
export { labelPlaces, placesFar, placesNear, rowFar } from "./labelPlaces";
export { philox } from "./philox";
export { pack, packedFar, packedNear, packedSums, rowSums } from "./nll";
export { manyDigits, nearest, word } from "./decimal";
export { parseRecords } from "./records";
export { cut, massFrom, part, weighExactly, weighScaled } from "./heaviest";

/** Where what the module itself keeps ends: below RESULT of src/kernels/arena.ts. */
export function dataEnd(): usize {
  return __heap_base;
}
