import { alarm, type AlarmState } from "logits/guard";
import { describe, expect, it } from "vitest";
import { golden } from "../../test/support/golden.js";
import { uniform } from "../core/rng.js";
import { OrderedBag } from "../stats/orderedBag.js";
import { smoothed } from "./alarm.js";
import { bets, payoff, settle } from "./bets.js";

const draw = (seed: number, row: number): number => uniform(seed, "simulation", row);

describe("smoothed ranks", () => {
  it("are those of counting, equal values by the number drawn", () => {
    const { values, u, p } = golden<{ stream: { values: number[]; u: number[]; p: number[] } }>("guard").stream;
    const bag = new OrderedBag();
    values.forEach((value, i) => {
      expect(smoothed(bag, value, u[i]!)).toBeCloseTo(p[i]!, 12);
      bag.add(value);
    });
  });
});

describe("bets", () => {
  it.each(bets.map((bet) => [JSON.stringify(bet), bet] as const))("%s is fair: its mean over p is 1", (_, bet) => {
    const n = 10_000;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += payoff(bet, (i + 0.5) / n);
    expect(sum / n).toBeCloseTo(1, 9);
    expect(payoff(bet, 0)).not.toBe(payoff(bet, 0.9999999));
  });
});

describe("alarm", () => {
  it("rings when values change, says since when, and stays rung", () => {
    const watch = alarm();
    for (let row = 0; row < 3000; row++) watch.add(draw(1, row) + (row >= 2000 && draw(2, row) < 0.2 ? 1 : 0));
    const { rung } = watch.state;
    expect(rung!.row).toBeGreaterThanOrEqual(2000);
    expect(rung!.row).toBeLessThan(2150);
    expect(Math.abs(rung!.since - 2000)).toBeLessThan(60);
    expect(rung!.delay).toBe(rung!.row - rung!.since + 1);
    expect(rung!.what).toMatch(/about .* % of the rows lie among the highest/);
    for (let row = 3000; row < 30_000; row++) watch.add(draw(1, row));
    expect(watch.state.rung).toEqual(rung);
  });

  it("sees from its first row on what is unlike the benign values it was given, and cannot without them", () => {
    const benign = Array.from({ length: 500 }, (_, i) => draw(5, i));
    const [with_, without] = [alarm({ benign }), alarm()];
    for (let row = 0; row < 300; row++) {
      with_.add(2 + draw(6, row));
      without.add(2 + draw(6, row));
    }
    expect(with_.state.rung!.row).toBeLessThan(20);
    expect(without.state.rung).toBeUndefined();
  });

  it("what it remembers is JSON: going on from a copy is going on", () => {
    const options = { benign: [0.1, 0.4, 0.7], block: 150, seed: 9 };
    const whole = alarm(options);
    for (let row = 0; row < 400; row++) whole.add(Math.round(9 * draw(3, row)));
    let state: AlarmState | undefined;
    for (let part = 0; part < 4; part++) {
      const next = alarm(state ? { ...options, state } : options);
      for (let row = 100 * part; row < 100 * (part + 1); row++) next.add(Math.round(9 * draw(3, row)));
      state = JSON.parse(JSON.stringify(next.state)) as AlarmState;
    }
    expect(state).toEqual(JSON.parse(JSON.stringify(whole.state)));
  });

  it("constant values are an exchangeable stream like any other", () => {
    const watch = alarm();
    for (let row = 0; row < 10_000; row++) watch.add(1);
    expect(watch.state.rung).toBeUndefined();
  });

  it.each([
    [{ falseAlarm: 0 }, "falseAlarm must be a number in (0, 1), got 0"],
    [{ falseAlarm: NaN }, "falseAlarm must be a number in (0, 1), got NaN"],
    [{ block: 0.5 }, "block must be an integer ≥ 1, got 0.5"],
    [{ benign: [1, NaN] }, "a benign value must be a finite number, got NaN"],
    [{ state: { rows: 3 } as AlarmState }, "the state must be that of an alarm"],
  ])("%j is refused", (options, message) => {
    expect(() => alarm(options)).toThrow(message);
  });

  it.each([NaN, Infinity, -Infinity])("a value of %d is refused, with its row", (value) => {
    const watch = alarm();
    watch.add(1);
    expect(() => watch.add(value)).toThrow(`the value of row 1 must be a finite number, got ${value}`);
    expect(watch.state.rows).toBe(1);
  });
});

describe("settle", () => {
  it.each([0, 0.0005, 0.02, 0.5, 0.98, 0.99999])("pays every bet at p = %d what it pays alone", (p) => {
    const stakes = bets.map((_, b) => 1 + b);
    const sum = settle(stakes, 0.5, p);
    bets.forEach((bet, b) => expect(stakes[b]).toBeCloseTo((1.5 + b) * payoff(bet, p), 9));
    expect(sum).toBeCloseTo(
      stakes.reduce((all, one) => all + one, 0),
      6,
    );
  });
});
