import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { halves } from "../../scripts/model/writeGguf.mjs";
import { hasSharedData, shared } from "../../test/support/sharedData.js";
import { npy, storedZip } from "../../test/support/npyFiles.js";
import { builtInModel, onnx, recorded } from "./index.js";

const tokenizer = join(builtInModel.onnx, "../../tokenizer.json");

describe("a recording", () => {
  const folder = mkdtempSync(join(tmpdir(), "logits-recorded-"));
  const path = (name: string): string => join(folder, name);
  let text: number[];
  let rows: Float32Array[];

  beforeAll(async () => {
    const model = await onnx(builtInModel.onnx);
    text = await model.tokenize("It was a truth universally", { bos: true });
    rows = [];
    for (const [i] of text.entries()) rows.push((await model.next(text.slice(0, i + 1))) as Float32Array);
    await model.close();
    const last = Float32Array.from(rows.slice(-3).flatMap((row) => [...row]));
    const tokens = npy("<i4", [text.length], Int32Array.from(text));
    const run = [...text, 42];
    writeFileSync(
      path("run.npz"),
      storedZip({
        "logits.npy": npy("<f4", [3, 50257], last),
        "tokens.npy": npy("<i4", [run.length], Int32Array.from(run)),
      }),
    );
    writeFileSync(
      path("half.npz"),
      storedZip({ "logits.npy": npy("<f2", [3, 50257], halves(last)), "tokens.npy": tokens }),
    );
    writeFileSync(path("flat.npz"), storedZip({ "logits.npy": npy("<f4", [3 * 50257], last) }));
    writeFileSync(
      path("short.npz"),
      storedZip({ "logits.npy": npy("<f4", [3, 50257], last), "tokens.npy": npy("<i4", [1], Int32Array.of(1)) }),
    );
    writeFileSync(path("rows.npy"), npy("<f4", [3, 50257], last));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("answers each step of the run with the logits it had, bit for bit", async () => {
    const model = await recorded(path("run.npz"), { tokenizer });
    expect([model.vocabSize, model.contextSize, model.eos]).toEqual([50257, text.length, [50256]]);
    expect(await model.tokenize("It was a truth universally", { bos: true })).toEqual(text);
    for (const back of [1, 3, 2]) {
      const ids = text.slice(0, text.length - back + 1);
      expect(await model.next(ids)).toEqual(rows[ids.length - 1]);
      expect(await (await model.fork()).next(ids)).toEqual(rows[ids.length - 1]);
    }
  });

  it("reads f16 logits, within their rounding", async () => {
    const model = await recorded(path("half.npz"));
    const got = await model.next(text.slice(0, -1));
    expect(Math.max(...Array.from(got, (value, i) => Math.abs(value - rows.at(-1)![i]!)))).toBeLessThan(2 ** -7);
    expect(model.contextSize).toBe(text.length - 1);
  });

  it("answers by the number of tokens where no tokens were recorded", async () => {
    const model = await recorded(path("rows.npy"));
    expect(await model.next([5, 6])).toEqual(rows.at(-2));
    await expect(model.tokenize("a")).rejects.toThrow(/a tokenizer must be given/);
    expect(model.tokenBytes(1)).toBeUndefined();
  });

  it.each<[string, (ids: number[]) => number[], RegExp]>([
    ["another token", (ids) => [...ids.slice(0, -2), 7, 7], /must be one of those recorded, .* got token 7 at/],
    ["too little text", (ids) => ids.slice(0, 1), /got 1 tokens/],
    ["no text", () => [], /at least 1 token, got 0/],
    ["more text than was recorded", (ids) => [...ids, 1, 1], /at most \d+ tokens/],
  ])("refuses %s", async (_, ids, message) => {
    await expect((await recorded(path("run.npz"))).next(ids(text))).rejects.toThrow(message);
  });

  it("refuses files that are no recording, and calls after it was closed", async () => {
    await expect(recorded(path("flat.npz"))).rejects.toThrow(/steps × vocabulary, got an array of 150771/);
    await expect(recorded(path("short.npz"))).rejects.toThrow(/at least 3 tokens, got 1/);
    await expect(recorded(path("run.npz"), { tokenizer: path("none.json") })).rejects.toThrow(/got no file/);
    const model = await recorded(path("rows.npy"));
    await model.close();
    await expect(model.next([1])).rejects.toThrow(/must be open/);
  });

  it.skipIf(!hasSharedData)("replays real GPT-2 logits (skipped where the shared data are not at hand)", async () => {
    const model = await recorded(shared("language-models/gpt2-next-token-logits.npy"));
    const logits = await model.next([1, 2, 3]);
    expect(logits).toHaveLength(50257);
    expect(Math.max(...logits)).toBeLessThan(-80);
  });
});
