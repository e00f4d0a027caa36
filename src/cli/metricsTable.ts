import type { Measured } from "../core/index.js";

/** Four significant digits, without an exponent where a person would not write one. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  if (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6) return value.toExponential(3);
  const digits = Math.min(6, Math.max(0, 4 - Math.ceil(Math.log10(Math.abs(value)))));
  return value.toFixed(digits);
}

/** name, value, 95 % interval and convention; with `before` an arrow between the two values. */
export function metricsTable(metrics: Record<string, Measured>, before?: Record<string, Measured>): string {
  const rows = Object.entries(metrics).map(([name, { value, ci, convention }]) => [
    name,
    before?.[name] ? `${number(before[name].value)} → ${number(value)}` : number(value),
    ci ? `${number(ci[0])} – ${number(ci[1])}` : "",
    conventionText(convention),
  ]);
  const header = ["metric", before ? "before → after" : "value", before ? "95 % after" : "95 % interval", "convention"];
  return alignColumns([header, ...rows]);
}

export function alignColumns(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function conventionText(convention: Measured["convention"]): string {
  return Object.entries(convention)
    .filter(([name]) => name !== "interval")
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}
