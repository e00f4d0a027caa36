import { drawToken, verifyDraft } from "logits/sample";
import { describe, expect, it } from "vitest";

const off = -Infinity;
const ln = Math.log;
const logs = (...p: number[]): Float64Array => Float64Array.from(p, ln);

describe("verifyDraft", () => {
  it.each([
    ["more likely than drafted: always stays", [0.5, 0.5], [0.2, 0.8], 0, 1],
    ["half as likely: stays half the time", [0.4, 0.6], [0.8, 0.2], 0, 0.5],
    ["impossible for the model: never", [0, 1], [0.5, 0.5], 0, 0],
    ["the same distribution: always", [0.3, 0.7], [0.3, 0.7], 1, 1],
  ])("exact, chance p/q: %s", (_, p, q, token, chance) => {
    const found = verifyDraft({ seed: 1, drafted: [token], draft: [logs(...q)], target: [logs(...p), logs(1, 0)] });
    expect(found.chances[0]).toBeCloseTo(chance, 13);
  });

  it("exact: after a rejection the token comes from what the draft lacks, norm(max(p − q, 0))", () => {
    const seen = new Set<number>();
    for (let step = 0; step < 300; step++) {
      const { accepted, tokens } = verifyDraft({
        seed: 2,
        step,
        drafted: [0],
        draft: [logs(0.9, 0.1, 0)],
        target: [logs(0, 0.1, 0.9), logs(1, 0, 0)],
      });
      expect(accepted).toBe(0);
      seen.add(tokens[0]!);
    }
    expect([...seen]).toEqual([2]);
  });

  it("all stay where p = q, and one more token follows", () => {
    const row = logs(0.2, 0.3, 0.5);
    const found = verifyDraft({
      seed: 1,
      drafted: [0, 1, 2],
      draft: [row, row, row],
      target: [row, row, row, logs(0, 1, 0)],
    });
    expect(found).toMatchObject({ tokens: [0, 1, 2, 1], accepted: 3, chances: [1, 1, 1] });
  });

  it("tokens after the first that goes are not looked at", () => {
    const found = verifyDraft({
      seed: 1,
      drafted: [0, 1],
      draft: [logs(1, 0), logs(0, 1)],
      target: [logs(0, 1), logs(0, 1), logs(0, 1)],
    });
    expect(found).toEqual({ tokens: [1], accepted: 0, chances: [0] });
  });

  it("same: the tokens are those of sampling without a draft", () => {
    const rows = [logs(0.2, 0.3, 0.5), logs(0.6, 0.3, 0.1), logs(0.1, 0.8, 0.1)];
    for (let seed = 0; seed < 50; seed++) {
      const plain = rows.map((row, place) => drawToken(row, { seed, step: 4 + place }));
      const { tokens, accepted } = verifyDraft({ seed, step: 4, rule: "same", drafted: [2, 0], target: rows });
      expect(tokens).toEqual(plain.slice(0, accepted + 1));
    }
  });

  it.each([
    ["likely enough: .5 > .09", [0.5, 0.5], 0, {}, 1, []],
    ["unlikely in a sure row: .05 ≤ .09", [0.05, 0.95], 0, {}, 0, [1]],
    ["the boundary goes: ¼ is not above ε ¼", [0.25, 0.75], 0, { epsilon: 0.25, alpha: 9 }, 0, [1]],
    ["an open row asks for less: .05 > .3·e^−H", Array<number>(20).fill(0.05), 7, {}, 1, []],
  ])("typical: %s", (_, p, token, more, accepted, tokens) => {
    const row = logs(...p);
    const found = verifyDraft({ seed: 1, rule: "typical", drafted: [token], target: [row, row], ...more });
    expect(found.accepted).toBe(accepted);
    if (accepted === 0) expect(found.tokens).toEqual(tokens);
  });

  const row = logs(0.5, 0.5);
  it.each([
    [
      { drafted: [0], draft: [row], target: [row] },
      "Cannot verify: there must be 2 rows of the model for 1 drafted tokens, got 1",
    ],
    [{ drafted: [0], target: [row, row] }, "Cannot verify: there must be 1 rows of the draft, got none"],
    [{ drafted: [2], draft: [row], target: [row, row] }, "Cannot verify: an id must be in [0, 1], got 2"],
    [{ drafted: [0], draft: [logs(1)], target: [row, row] }, "Cannot verify: every row must have 2 scores, got 1"],
    [
      { drafted: [0], draft: [Float64Array.of(off, 0)], target: [row, row] },
      "Cannot verify: the draft must be able to draw token 0 at place 0, got probability 0",
    ],
    [
      { drafted: [0], draft: [Float64Array.of(NaN, 0)], target: [row, row] },
      "Cannot sample: the score of token 0 must be finite or -Infinity, got NaN",
    ],
  ])("refuses %#", (options, message) => {
    expect(() => verifyDraft({ seed: 1, ...options })).toThrow(message);
  });
});
