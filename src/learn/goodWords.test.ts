import { bags, commonWords, dense, goodWordAttack, goodWords, linear, network, predict } from "logits/learn";
import { describe, expect, it } from "vitest";

const classes = ["ham", "spam"];
/** Word k speaks for ham by its weight there. */
const hamWeights = [-3, 1, 0, 2, 0.5];
const net = {
  ...network([linear(2)], { input: [5], classes }),
  parameters: [Float32Array.from(hamWeights.flatMap((w) => [w, 0])), Float32Array.of(0, 1)],
};
const mails = bags([[0], [0, 3], [0, 1, 2, 3, 4], []], { shape: [5], labels: Int32Array.of(1, 1, 1, 0), classes });
/** Log-odds of spam after each number of words. */
const leads = (values: ArrayLike<number>): number[] =>
  Array.from({ length: values.length / 2 }, (_, i) => values[2 * i + 1]! - values[2 * i]!);

describe("good words", () => {
  it("of a network are those whose weight leads for the class, the most telling first", () => {
    expect([...goodWords(net, 0)]).toEqual([3, 1, 4]);
    expect([...goodWords(net, 1)]).toEqual([0]);
    const three = {
      ...network([linear(3)], { input: [2] }),
      parameters: [Float32Array.of(5, 4, 0, 3, 1, 0), new Float32Array(3)],
    };
    expect([...goodWords(three, 0)]).toEqual([1, 0]);
  });

  it("of mail are the commonest of a class, the lower number among equals", () => {
    const some = bags(
      [
        [1, 2],
        [2, 4],
        [0, 2],
      ],
      { shape: [5], labels: Int32Array.of(0, 0, 1), classes },
    );
    expect([...commonWords(some, 0)]).toEqual([2, 1, 4]);
    expect([...commonWords(some, 1)]).toEqual([0, 2]);
  });

  it("move the logits by their weights, one word at a time, those that the mail lacks", async () => {
    const got = await goodWordAttack(net, mails, goodWords(net, 0), { most: 2 });
    expect(got).toMatchObject({ rows: 4, steps: 3, classes: 2 });
    expect(leads(got.values)).toEqual([4, 2, 1, 2, 1, 0.5, 0.5, 0.5, 0.5, 1, -1, -2]);
  });

  it("begin with what the network says of the mail as it is", async () => {
    for (const values of [undefined, Float32Array.from(mails.columns, (_, i) => 0.5 * (i + 1))]) {
      const weighted = { ...mails, ...(values && { values }) };
      const { values: after } = await goodWordAttack(net, weighted, [2, 2, 4], { most: 3 });
      const { values: before } = await predict(net, weighted);
      const start = (row: number): ArrayLike<number> => after.slice(row * 8, row * 8 + 2);
      for (let row = 0; row < 4; row++) expect(start(row)).toEqual(before.slice(2 * row, 2 * row + 2));
      // Word 2 says nothing, word 4 half a logit for ham; the list has no third.
      expect(leads(after.slice(0, 8))).toEqual([0, 0, -0.5, -0.5].map((step) => leads(before)[0]! + step));
    }
  });

  it("work on a deeper network too, from a list", async () => {
    const deep = network([dense(4), linear(2)], { input: [5], classes, seed: 3 });
    const { values } = await goodWordAttack(deep, mails, [1, 3], { most: 2 });
    const grown = bags([[0, 1, 3]], { shape: [5], labels: Int32Array.of(1), classes });
    expect(values.slice(4, 6)).toEqual((await predict(deep, grown)).values);
  });

  it("need one layer, a class that there is, and a number", async () => {
    expect(() => goodWords(network([dense(2), linear(2)], { input: [5] }), 0)).toThrow(/must have one layer, got 2/);
    expect(() => goodWords(net, 2)).toThrow(/the class must be 0 … 1, got 2/);
    expect(() => commonWords(mails, -1)).toThrow(/the class must be 0 … 1, got -1/);
    await expect(goodWordAttack(net, mails, [1], { most: 0 })).rejects.toThrow(/most must be an integer ≥ 1, got 0/);
    await expect(goodWordAttack(net, mails, [7])).rejects.toThrow(/a column must be 0 … 4, got 7/);
  });
});
