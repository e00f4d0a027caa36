import type { Explanation } from "./explain.js";
import { formatPercent } from "./percent.js";

/**
 * The three columns logits → ÷T → softmax of one row as text, most probable class first, the margin bracketed, and the sentence.
 *
 * @param width columns of the terminal; default 80.
 * @param top how many classes to list; default 10. The rest is one line, so the probabilities still add up.
 */
export function explainCard(row: Explanation, { width = 80, top = 10 }: { width?: number; top?: number } = {}): string {
  const order = row.probabilities
    .map((_, k) => k)
    .sort((a, b) => row.probabilities[b]! - row.probabilities[a]! || a - b);
  const shown = order.slice(0, top);
  const scaled = row.scaled ?? row.logits;
  const name = Math.min(24, Math.max(5, ...shown.map((k) => row.classes[k]!.length)));
  const barWidth = Math.max(8, Math.min(32, width - name - 44));
  const lines = [`${"class".padEnd(name)} ${"logit".padStart(9)} ${"calibrated".padStart(11)}  softmax`];
  shown.forEach((k, i) => {
    const p = row.probabilities[k]!;
    const bar = "█".repeat(Math.round(p * barWidth));
    const bracket = i === 0 && row.runnerUp !== null ? " ┐" : i === 1 ? ` ┘ ${formatPercent(row.margin)} apart` : "";
    const label = row.classes[k]!.slice(0, name).padEnd(name);
    lines.push(
      `${label} ${cell(row.logits[k]!, 9)} ${cell(scaled[k]!, 11)}  ${formatPercent(p).padStart(11)} ${bar}${bracket}`,
    );
  });
  if (order.length > shown.length) {
    const rest = order.slice(top).reduce((sum, k) => sum + row.probabilities[k]!, 0);
    lines.push(
      `${`${order.length - top} more`.padEnd(name)} ${"".padStart(9)} ${"".padStart(11)}  ${formatPercent(Math.min(1, rest)).padStart(11)}`,
    );
  }
  const effective = row.effectiveClasses.toFixed(2);
  lines.push(
    "",
    `entropy ${row.entropyBits.toFixed(3)} bits: as uncertain as ${effective} equally likely classes`,
    row.text,
  );
  return lines.join("\n");
}

function cell(value: number, width: number): string {
  return (Number.isFinite(value) ? value.toFixed(3) : value === -Infinity ? "masked" : String(value)).padStart(width);
}
