import { wordOrder } from "../kernels/index.js";

/** Numbers from which on a radix sort is quicker than a comparator. */
const many = 1024;

/**
 * The places of some numbers in rising order; equal ones, −0 and 0 among them, stay in the order in which they came. Infinities are numbers as others; NaN must
 * not occur.
 *
 * @example
 *     risingOrder(Float64Array.of(3, 1, 2))  // 1, 2, 0
 */
export function risingOrder(numbers: Float64Array): Uint32Array {
  if (numbers.length < many) {
    const order = new Uint32Array(numbers.length);
    for (let i = 0; i < order.length; i++) order[i] = i;
    return order.sort((a, b) => numbers[a]! - numbers[b]! || a - b);
  }
  const [high, low] = [new Uint32Array(numbers.length), new Uint32Array(numbers.length)];
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer);
  for (let i = 0; i < numbers.length; i++) {
    number[0] = numbers[i]! + 0;
    // As unsigned integers the words compare as the numbers do.
    const flip = words[1]! >>> 31 ? 0xffffffff : 0;
    low[i] = words[0]! ^ flip;
    high[i] = words[1]! ^ (flip | 0x80000000);
  }
  return wordOrder(high, low);
}

/** Some numbers in rising order. */
export function rising(numbers: Float64Array): Float64Array {
  if (numbers.length < many) return numbers.slice().sort();
  const order = risingOrder(numbers);
  const sorted = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) sorted[i] = numbers[order[i]!]!;
  return sorted;
}
