import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFile } from "../../src/formats/file.js";
import { writeArrays } from "../../src/formats/writeArrays.js";
import { save } from "../../src/learn/index.js";
import { toyNetwork, toyPictures } from "./toyPictures.js";

/** A folder with model.onnx, a small network, and toy.npz, pictures to train and test it on. */
export async function toyModel(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "logits-learn-"));
  await save(await toyNetwork(), join(folder, "model.onnx"));
  const part = (name: string, count: number, seed: number): Parameters<typeof writeArrays>[0] => {
    const { values, shape, labels } = toyPictures(count, seed);
    return [
      { name: `${name}_images`, shape: [count, ...shape], values: Uint8Array.from(values, (value) => 255 * value) },
      { name: `${name}_labels`, shape: [count], values: labels },
    ];
  };
  await writeFile(join(folder, "toy.npz"), (sink) =>
    writeArrays([...part("train", 300, 21), ...part("test", 120, 22)], sink),
  );
  return folder;
}
