import { describe, expect, it } from "vitest";
import { benignRows, tornRows } from "../../test/support/guardRows.js";
import { type Batch, predictions } from "../core/index.js";
import { fitGuard } from "../guard/index.js";
import { createWatcher, type WatchedBatch, watchStream } from "./guard.js";

const { guard } = fitGuard(benignRows(2000));
const now = (): string => "2026-11-27T00:00:00.000Z";

async function all(batches: Batch[], options: Parameters<typeof watchStream>[1]): Promise<WatchedBatch[]> {
  const seen: WatchedBatch[] = [];
  for await (const one of watchStream(batches, options)) seen.push({ ...one, metrics: { ...one.metrics } });
  return seen;
}

describe("a watched stream", () => {
  it("revokes the contract at the row where the alarm rings: in the state, on the rows and in the metrics", async () => {
    const [before, during, after] = await all([benignRows(500, 5), tornRows(100), benignRows(50, 6)], {
      guard,
      policy: "0123456789ab",
      now,
    });
    expect(before!.state).toEqual({ policy: "0123456789ab" });
    expect(before!.metrics).toMatchObject({ rows: 500, alarm: 0 });
    expect(new Set(before!.contract)).toEqual(new Set(["holds"]));
    expect(during!.state.revoked).toEqual({
      at: "2026-11-27T00:00:00.000Z",
      reason: expect.stringMatching(
        /^Rows are no longer like those the promise was made on: since about row 50\d .*The alarm rang at row 5\d\d, \d+ rows later\.$/,
      ),
    });
    expect(during!.metrics).toMatchObject({ rows: 600, alarm: 1, delay: expect.any(Number) });
    const { row, since } = (during!.alarm as { rung: { row: number; since: number } }).rung;
    expect(during!.state.revoked!.reason).toContain(`at row ${row}, ${row - since} row`);
    const ring = (during!.alarm as { rung: { row: number } }).rung.row;
    expect(during!.contract.indexOf("revoked")).toBe(ring - 500);
    expect(new Set(after!.contract)).toEqual(new Set(["revoked"]));
    expect(after!.state).toEqual(during!.state);
    expect(after!.rows).toHaveLength(50);
  });

  it("watches any number of a row that a policy decides by", () => {
    const watch = createWatcher({
      score: (batch) => predictions(batch).logOdds,
      watch: { benign: predictions(benignRows(1000, 4)).logOdds },
      policy: "p",
      now,
    });
    expect(watch(benignRows(300, 5)).state).toEqual({ policy: "p" });
    const { state, rows, contract } = watch(tornRows(80));
    expect(state.revoked).toBeDefined();
    expect(rows).toBeUndefined();
    expect(contract.at(-1)).toBe("revoked");
  });

  it("a contract that was revoked before stays revoked, for its first reason", () => {
    const revoked = { at: "then", reason: "by hand" };
    const watch = createWatcher({ guard, state: { policy: "p", revoked } });
    const { state, contract } = watch(benignRows(5, 5));
    expect(state.revoked).toEqual(revoked);
    expect(new Set(contract)).toEqual(new Set(["revoked"]));
  });
});
