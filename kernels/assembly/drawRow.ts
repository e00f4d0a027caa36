// The kernels of a row that is drawn from, once for a token. Numbers that are not whole come and go as f64 at `numbers`: where JavaScript hands them over it may
// have to allocate them.
import { above } from "./best";
import { blockAt, countEqual, keep, massAbove, massNear, spread, weigh, weighLogs } from "./draw";
import { mark } from "./heaviest";
import { groupMaxima } from "./top";

@inline function first(numbers: usize): f64 {
  return load<f64>(numbers);
}

@inline function second(numbers: usize): f64 {
  return load<f64>(numbers, 8);
}

/** → the largest score. */
export function rowPeak(p: usize, blocks: i32, maxima: usize, coarser: usize, numbers: usize): void {
  store<f64>(numbers, <f64>groupMaxima(p, blocks, maxima, coarser));
}

/** `least` → nothing. */
export function rowAbove(
  p: usize, blocks: i32, maxima: usize, coarser: usize, most: i32, to: usize, room: usize, numbers: usize,
): i32 {
  return above(p, blocks, maxima, coarser, <f32>first(numbers), most, to, room);
}

/** `scale`, `peak`, `least` → the total. */
export function rowWeigh(p: usize, blocks: i32, weights: usize, sums: usize, numbers: usize): void {
  const least = <f32>load<f64>(numbers, 16);
  store<f64>(numbers, weigh(p, blocks, first(numbers), second(numbers), least, weights, sums));
}

/** `scale`, `peak` → the total, Σ weight·log. */
export function rowWeighLogs(p: usize, blocks: i32, logs: usize, weights: usize, sums: usize, numbers: usize): void {
  const total = weighLogs(p, blocks, first(numbers), second(numbers), logs, weights, sums, numbers + 8);
  store<f64>(numbers, total);
}

/** `least` → the total. */
export function rowKeep(p: usize, blocks: i32, weights: usize, sums: usize, numbers: usize): void {
  store<f64>(numbers, keep(p, blocks, <f32>first(numbers), weights, sums));
}

/** `scale`, the largest score → what `spread` gives. */
export function rowSpread(p: usize, blocks: i32, numbers: usize): void {
  spread(p, blocks, first(numbers), <f32>second(numbers), numbers);
}

/** A score → the mass. */
export function rowMassAbove(p: usize, weights: usize, blocks: i32, numbers: usize): void {
  store<f64>(numbers, massAbove(p, weights, blocks, <f32>first(numbers)));
}

/** Centre, distance → the mass. */
export function rowMassNear(logs: usize, weights: usize, blocks: i32, numbers: usize): void {
  store<f64>(numbers, massNear(logs, weights, blocks, <f32>first(numbers), <f32>second(numbers)));
}

/** A score → nothing. */
export function rowCountEqual(p: usize, n: i32, numbers: usize): i32 {
  return countEqual(p, n, <f32>first(numbers));
}

/** `least` → nothing. */
export function rowMark(p: usize, blocks: i32, to: usize, numbers: usize): i32 {
  return mark(p, blocks, <f32>first(numbers), to);
}

/** `target` → what lies before the block. */
export function rowBlockAt(sums: usize, blocks: i32, numbers: usize): i32 {
  return blockAt(sums, blocks, first(numbers), numbers);
}
