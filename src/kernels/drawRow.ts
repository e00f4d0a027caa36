import { createArena, DATA, RESULT } from "./arena.js";
import { BLOCK } from "./drawReference.js";
import { SHORT } from "./heaviest.js";
import { type DrawRow, plainRow, spreadOf, within } from "./plainDrawRow.js";
import { whereReached, workFor } from "./whereReached.js";

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
  // Weights in f64, and what else it takes to say which tokens a share of them holds, lie where the best do at other times.
  const workAt = bestAt + 8 * padded;
  const end = Math.max(bestAt + 4 * room + BINS, workAt + workFor(blocks));
  const arena = createArena(end - DATA);
  if (!arena) return undefined;
  const { kernels } = arena;
  const { buffer } = arena.bytes;
  const numbers = new Float64Array(buffer, RESULT, 3);
  const all = new Float32Array(buffer, scoresAt, padded).fill(-Infinity);
  const weights = new Float32Array(buffer, weightsAt, padded);
  const sums = new Float64Array(buffer, sumsAt, blocks);
  const scores = all.subarray(0, tokens);
  const marks = new Int32Array(buffer, marksAt, (tokens + 31) >>> 5);
  return {
    scores,
    logs: new Float32Array(buffer, logsAt, padded),
    weights,
    sums,
    total: 0,
    weighted: 0,
    ids: new Int32Array(buffer, bestAt, padded),
    best: new Float32Array(buffer, bestAt + room, padded),
    peak() {
      kernels.rowPeak(scoresAt, blocks, maximaAt, coarserAt, RESULT);
      return numbers[0]!;
    },
    findBest: (k) => kernels.best(scoresAt, blocks, maximaAt, coarserAt, k, bestAt, room),
    findAbove(least, most) {
      numbers[0] = least;
      return kernels.rowAbove(scoresAt, blocks, maximaAt, coarserAt, most, bestAt, room, RESULT);
    },
    weigh(scale, peak, least = -Infinity) {
      numbers[0] = scale;
      numbers[1] = peak;
      numbers[2] = least;
      kernels.rowWeigh(scoresAt, blocks, weightsAt, sumsAt, RESULT);
      return (this.total = numbers[0]!);
    },
    keep(least) {
      numbers[0] = least;
      kernels.rowKeep(scoresAt, blocks, weightsAt, sumsAt, RESULT);
      return (this.total = numbers[0]!);
    },
    weighLogs(scale, peak) {
      numbers[0] = scale;
      numbers[1] = peak;
      kernels.rowWeighLogs(scoresAt, blocks, logsAt, weightsAt, sumsAt, RESULT);
      this.weighted = numbers[1]!;
      return (this.total = numbers[0]!);
    },
    spread(scale, highest) {
      numbers[0] = scale;
      numbers[1] = highest;
      kernels.rowSpread(scoresAt, blocks, RESULT);
      return spreadOf(numbers[0]!, numbers[1]!, numbers[2]!, highest * scale);
    },
    massAbove(score) {
      numbers[0] = score;
      kernels.rowMassAbove(scoresAt, weightsAt, blocks, RESULT);
      return numbers[0]!;
    },
    massNear(centre, distance) {
      numbers[0] = centre;
      numbers[1] = distance;
      kernels.rowMassNear(logsAt, weightsAt, blocks, RESULT);
      return numbers[0]!;
    },
    countEqual(n, score) {
      numbers[0] = score;
      return kernels.rowCountEqual(scoresAt, n, RESULT);
    },
    marks,
    mark(least) {
      numbers[0] = least;
      return kernels.rowMark(scoresAt, blocks, marksAt, RESULT);
    },
    markHeaviest(scale, peak, share, allTies) {
      if (tokens < SHORT) return -1;
      const total = kernels.weighScaled(scoresAt, blocks, scale, peak, bestAt);
      const row = { arena, blocks, scores, scale, peak, weightsAt: bestAt, total, workAt };
      const found = whereReached(row, share, true);
      if (!found) return -1;
      const count = this.mark(found.score);
      if (allTies) return count;
      const passed = found.ids.slice(found.few);
      for (const id of passed) marks[id >>> 5]! &= ~(1 << (id & 31));
      return count - passed.length;
    },
    at(target) {
      numbers[0] = target;
      const block = kernels.rowBlockAt(sumsAt, blocks, RESULT);
      return within(weights, sums, block, target, numbers[0]!);
    },
  };
}
