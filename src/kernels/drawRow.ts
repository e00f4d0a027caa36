import { createArena, DATA, RESULT } from "./arena.js";
import { BLOCK } from "./drawReference.js";
import { SHORT } from "./heaviest.js";
import { type DrawRow, plainRow, spreadOf, within } from "./plainDrawRow.js";
import { whereReached } from "./whereReached.js";

/** Bytes in which kernels/assembly/best.ts counts. */
const BINS = 8192;

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
  const marksAt = coarserAt + 16 * Math.ceil(blocks / 16);
  const bestAt = marksAt + 8 * blocks + (blocks % 2) * 8;
  const room = 4 * padded + 16;
  const arena = createArena(bestAt + 4 * room + BINS - DATA);
  if (!arena) return undefined;
  const { kernels, doubles } = arena;
  const { buffer } = arena.bytes;
  const all = new Float32Array(buffer, scoresAt, padded).fill(-Infinity);
  const weights = new Float32Array(buffer, weightsAt, padded);
  const sums = new Float64Array(buffer, sumsAt, blocks);
  const scores = all.subarray(0, tokens);
  const marks = new Int32Array(buffer, marksAt, (tokens + 31) >>> 5);
  // Where the best lie: there is room for the weights, and for as much again.
  const [weightsInFull, workAt] = [bestAt, bestAt + 8 * padded];
  return {
    scores,
    logs: new Float32Array(buffer, logsAt, padded),
    weights,
    sums,
    weighted: 0,
    ids: new Int32Array(buffer, bestAt, padded),
    best: new Float32Array(buffer, bestAt + room, padded),
    peak: () => kernels.groupMaxima(scoresAt, blocks, maximaAt, coarserAt),
    findBest: (k) => kernels.best(scoresAt, blocks, maximaAt, coarserAt, k, bestAt, room),
    findAbove: (least, most) => kernels.above(scoresAt, blocks, maximaAt, coarserAt, least, most, bestAt, room),
    weigh: (scale, peak, least = -Infinity) => kernels.weigh(scoresAt, blocks, scale, peak, least, weightsAt, sumsAt),
    keep: (least) => kernels.keep(scoresAt, blocks, least, weightsAt, sumsAt),
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
    marks,
    mark: (least) => kernels.mark(scoresAt, blocks, least, marksAt),
    markHeaviest(scale, peak, share, allTies) {
      if (tokens < SHORT) return -1;
      const total = kernels.weighScaled(scoresAt, blocks, scale, peak, weightsInFull);
      const row = { arena, blocks, scores, scale, peak, weightsAt: weightsInFull, total, workAt };
      const found = whereReached(row, share, true);
      if (!found) return -1;
      const count = kernels.mark(scoresAt, blocks, found.score, marksAt);
      if (allTies) return count;
      const passed = found.ids.slice(found.few);
      for (const id of passed) marks[id >>> 5]! &= ~(1 << (id & 31));
      return count - passed.length;
    },
    at(target) {
      const block = kernels.blockAt(sumsAt, blocks, target, RESULT);
      return within(weights, sums, block, target, doubles[RESULT / 8]!);
    },
  };
}
