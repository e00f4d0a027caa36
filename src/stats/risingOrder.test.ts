import { describe, expect, it } from "vitest";
import { rising, risingOrder } from "./risingOrder.js";

const kinds: [string, (i: number) => number][] = [
  ["of either sign", (i) => Math.sin(i * i) * 10 ** ((i % 40) - 20)],
  ["that differ in their last bit", (i) => 1 + ((i * 7919) % 5000) * Number.EPSILON],
  ["that are few", (i) => (i * 7919) % 3],
  ["with both zeros and infinities", (i) => [-0, 0, -Infinity, Infinity, Number.MIN_VALUE, -1][i % 6]!],
];

describe.each([0, 1, 2, 1023, 1024, 5000])("%i numbers", (count) => {
  it.each(kinds)("%s rise, equal ones in the order in which they came", (_, number) => {
    const numbers = Float64Array.from({ length: count }, (_none, i) => number(i));
    const before = numbers.slice();
    const order = [...risingOrder(numbers)];
    // Infinity − Infinity is NaN.
    const compare = (a: number, b: number): number => (numbers[a] === numbers[b] ? a - b : numbers[a]! - numbers[b]!);
    expect(order).toEqual([...numbers.keys()].sort(compare));
    const sorted = rising(numbers);
    expect(sorted.every((value, i) => value === numbers[order[i]!])).toBe(true);
    expect(sorted).toHaveLength(count);
    expect(numbers).toEqual(before);
  });
});
