import { writeFileSync } from "node:fs";
import { uniform } from "../../src/core/rng.js";

/**
 * Rows of three classes as a CSV with labels: normal, dos, probe, the first true of half of them.
 *
 * @param lift how far the true class's logit is above noise of deviation 2
 */
export function attackTable(path: string, rows: number, seed: number, lift: number): void {
  const lines = Array.from({ length: rows }, (_, row) => {
    const u = uniform(seed, "simulation", row, 0);
    const label = u < 0.5 ? 0 : u < 0.8 ? 1 : 2;
    const scores = [0, 1, 2].map((k) => {
      const [a, b] = [uniform(seed, "simulation", row, 2 * k + 1), uniform(seed, "simulation", row, 2 * k + 2)];
      const noise = Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b);
      return (2 * noise + (k === label ? lift : 0)).toFixed(4);
    });
    return [...scores, ["normal", "dos", "probe"][label]].join(",");
  });
  writeFileSync(path, `normal,dos,probe,label\n${lines.join("\n")}\n`);
}
