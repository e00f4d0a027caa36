/** A number with what it counts: 1 row, 2 rows, 1,000 rows. */
export const counted = (count: number, one: string, many: string = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
