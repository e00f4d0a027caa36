import { describe, expect, it } from "vitest";
import { bytesOf } from "./bytes.js";
import { openSource } from "./index.js";

/** Numbers in [0, below) that repeat only after 2^31 of them. */
let state = 1;
const draw = (below: number): number => {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return Math.floor((state / 2 ** 31) * below);
};
const whole = (): number => draw(401) - 200;

const csv = (rows: number, head: string, row: (i: number) => unknown[]): Promise<unknown> =>
  openSource(
    bytesOf(
      new TextEncoder().encode(`${head}\n${Array.from({ length: rows }, (_, i) => row(i).join(",")).join("\n")}\n`),
      "a.csv",
    ),
  );

describe("a column among the scores that may be none", () => {
  it.each<[why: string, rows: number, head: string, row: (i: number) => unknown[]]>([
    ["all are whole", 30_000, "a,b,c", () => [whole(), whole(), whole()]],
    ["all are whole, beside labels", 30_000, "a,b,c,label", () => [whole(), whole(), whole(), draw(3)]],
    ["two are whole", 120_000, "a,b", () => [whole(), whole()]],
    ["all are whole or a masked class", 30_000, "a,b,c", (i) => [whole(), i % 9 ? whole() : "-inf", whole()]],
    ["all are small and not below 0", 30_000, "a,b,c", () => [draw(3), draw(3), draw(3)]],
  ])("%s: it is a class in %i rows", async (_why, rows, head, row) => {
    await expect(csv(rows, head, row)).resolves.toMatchObject({ capture: { kind: "logits" } });
  });

  it.each<[why: string, rows: number, row: (i: number) => unknown[], message: string]>([
    [
      "labels beside scores whose fractions come late",
      30_000,
      (i) => [i < 300 ? whole() : whole() + 0.5, i < 300 ? whole() : whole() - 0.25, draw(3)],
      "column c of a.csv is a class: it holds only whole numbers while the others hold fractions, as a label",
    ],
    [
      "a row number beside fractions",
      30,
      (i) => [whole() + 0.5, whole() + 0.25, i],
      "column c of a.csv is a class: it counts the rows while the others hold fractions, as a row number",
    ],
    [
      "a row number beside whole numbers",
      30_000,
      (i) => [whole(), whole(), i],
      "column c of a.csv is a class: it counts the rows, as a row number",
    ],
  ])("%s are refused in true words", async (_why, rows, row, message) => {
    await expect(csv(rows, "a,b,c", row)).rejects.toThrow(message);
  });
});
