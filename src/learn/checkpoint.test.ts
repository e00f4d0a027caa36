import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.js";

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-checkpoint-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const checkpoint: Checkpoint = {
  settings: { epochs: 3, classes: ["a", "b"], augment: {} },
  seconds: 1.25,
  state: {
    epoch: 2,
    parameters: [Float32Array.of(0.1, -0, 1e-40), new Float32Array(0), Float32Array.of(3.4e38)],
    optimizer: { name: "adam", steps: 7, moments: [Float32Array.of(1 / 3), Float32Array.of(2 / 3)] },
    best: { epoch: 1, loss: 0.1 + 0.2, parameters: [Float32Array.of(5)] },
    history: [{ epoch: 1, loss: 1 / 3, accuracy: 0.5, seconds: 0.1 }],
  },
};

describe("a checkpoint", () => {
  it("comes back to the bit, signed zeros and subnormal numbers too", async () => {
    await writeCheckpoint(at("one"), checkpoint);
    const back = await readCheckpoint(at("one"));
    expect(back).toEqual(checkpoint);
    expect(Object.is(back.state.parameters[0]![1], -0)).toBe(true);
    expect(readdirSync(folder)).toEqual(["one"]);
  });

  it("is refused when any byte of it was changed, or it was cut short, or it is another file", async () => {
    await writeCheckpoint(at("whole"), checkpoint);
    const bytes = readFileSync(at("whole"));
    for (let place = 0; place < bytes.length; place += 7) {
      const damaged = Buffer.from(bytes);
      damaged[place]! ^= 1;
      writeFileSync(at("damaged"), damaged);
      await expect(readCheckpoint(at("damaged"))).rejects.toThrow(
        /^Cannot read .*damaged: it must be a checkpoint of a training run, got (a damaged one|another file)$/,
      );
    }
    for (const length of [0, 10, 25, bytes.length - 1]) {
      writeFileSync(at("short"), bytes.subarray(0, length));
      await expect(readCheckpoint(at("short"))).rejects.toThrow(/it must be a checkpoint of a training run, got/);
    }
    await expect(readCheckpoint(at("none"))).rejects.toThrow(/there is no such file$/);
  });
});
