import { createArena, DATA, RESULT } from "./arena.js";
import { BLOCK } from "./drawReference.js";
import { type DrawRow, plainRow, spreadOf, within } from "./plainDrawRow.js";

const TILE = 64;

/** Room for a row of so many tokens. */
export function drawRow(tokens: number, wasm: boolean): DrawRow {
  return (wasm ? wasmRow(tokens) : undefined) ?? plainRow(tokens);
}

function wasmRow(tokens: number): DrawRow | undefined {
  const blocks = Math.ceil(tokens / BLOCK);
  const padded = blocks * BLOCK;
  const scoresAt = DATA;
  const logsAt = scoresAt + 4 * padded;
  const weightsAt = logsAt + 4 * padded;
  const sumsAt = weightsAt + 4 * padded;
  const maximaAt = sumsAt + 8 * blocks + (blocks % 2) * 8;
  const coarserAt = maximaAt + 16 * blocks;
  const numbersAt = coarserAt + 16 * Math.ceil(blocks / 16);
  const arena = createArena(numbersAt + 4 * blocks - DATA);
  if (!arena) return undefined;
  const { kernels, ints, doubles } = arena;
  const { buffer } = arena.bytes;
  const all = new Float32Array(buffer, scoresAt, padded).fill(-Infinity);
  const maxima = new Float32Array(buffer, maximaAt, 4 * blocks);
  const weights = new Float32Array(buffer, weightsAt, padded);
  const sums = new Float64Array(buffer, sumsAt, blocks);
  return {
    scores: all.subarray(0, tokens),
    logs: new Float32Array(buffer, logsAt, padded),
    weights,
    sums,
    weighted: 0,
    peak() {
      if (!kernels.groupMaxima(scoresAt, blocks, maximaAt)) return NaN;
      return kernels.peakOf(maximaAt, maxima.length);
    },
    reach: (k) => (k > 4 * blocks ? -Infinity : kernels.threshold(maximaAt, blocks, k, coarserAt)),
    collect(least, out) {
      const count = kernels.tilesFrom(maximaAt, blocks, least, numbersAt);
      return collected(all, ints, numbersAt / 4, count, least, out);
    },
    weigh: (scale, peak, least = -Infinity) => kernels.weigh(scoresAt, blocks, scale, peak, least, weightsAt, sumsAt),
    weighLogs(scale, peak) {
      const total = kernels.weighLogs(scoresAt, blocks, scale, peak, logsAt, weightsAt, sumsAt, RESULT);
      this.weighted = doubles[RESULT / 8]!;
      return total;
    },
    spread(scale, highest) {
      kernels.spread(scoresAt, blocks, scale, highest, RESULT);
      return spreadOf(doubles[RESULT / 8]!, doubles[RESULT / 8 + 1]!, doubles[RESULT / 8 + 2]!, highest * scale);
    },
    massAbove: (score) => kernels.massAbove(scoresAt, weightsAt, blocks, score),
    massNear: (centre, distance) => kernels.massNear(logsAt, weightsAt, blocks, centre, distance),
    countEqual: (n, score) => kernels.countEqual(scoresAt, n, score),
    at(target) {
      const block = kernels.blockAt(sumsAt, blocks, target, RESULT);
      return within(weights, sums, block, target, doubles[RESULT / 8]!);
    },
  };
}

/** Of four bits the only one that is set; −1 where that is not so. */
const LANE = [-1, 0, 1, -1, 2, -1, -1, -1, 3, -1, -1, -1, -1, -1, -1, -1];

/** Looks into the groups that the kernel found. */
function collected(
  scores: Float32Array,
  ints: Int32Array,
  from: number,
  count: number,
  least: number,
  out: Int32Array,
): number {
  let n = 0;
  for (let i = from; i < from + count; i++) {
    const groups = ints[i]! & 15;
    const start = TILE * (ints[i]! >> 4);
    const alone = LANE[groups]!;
    const step = alone < 0 ? 1 : 4;
    for (let id = start + Math.max(alone, 0); id < start + TILE; id += step) {
      const score = scores[id]!;
      if (score < least || score === -Infinity) continue;
      if (n === out.length) return -1;
      out[n++] = id;
    }
  }
  return n;
}
