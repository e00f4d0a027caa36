import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { ReportData, ReportState } from "./data.js";

const { document } = parseHTML("<!doctype html><html><body></body></html>");
/** Colours are the page's: both themes are one drawing. */
const colors = ["var(--before)", "var(--after)"];
const dashes = ["5 4", "0"];

function svg(options: Plot.PlotOptions, label: string): string {
  const figure = Plot.plot({
    ...options,
    document: document as never,
    style: { background: "none", color: "inherit", fontSize: "13px" },
  });
  // The figure is one picture with one name; its table says the rest.
  for (const group of figure.querySelectorAll("[aria-label], [aria-description]")) {
    group.removeAttribute("aria-label");
    group.removeAttribute("aria-description");
  }
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", label);
  return figure.outerHTML;
}

/** Accuracy over confidence, smoothed, with its band; never drawn where there are no rows. */
export function reliabilityChart(states: ReportState[]): string {
  const square: Plot.ScaleOptions = { domain: [0, 1], tickFormat: "%" };
  return svg(
    {
      width: 520,
      height: 440,
      marginLeft: 52,
      marginBottom: 44,
      x: { ...square, label: "says (confidence)" },
      y: { ...square, label: "is right (accuracy)", grid: true },
      marks: [
        Plot.line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: "currentColor", strokeOpacity: 0.5, strokeWidth: 1 },
        ),
        ...states.flatMap((state, i) => [
          Plot.areaY(state.curves.reliability, {
            x: "confidence",
            y1: "low",
            y2: "high",
            z: "stretch",
            fill: colors[i]!,
            fillOpacity: 0.18,
          }),
          Plot.line(state.curves.reliability, {
            x: "confidence",
            y: "accuracy",
            z: "stretch",
            stroke: colors[i]!,
            strokeWidth: 2.5,
            strokeDasharray: dashes[i]!,
          }),
        ]),
        ...states.slice(-1).flatMap((state) => [
          Plot.ruleX(
            state.curves.rug.filter(({ correct }) => correct),
            { x: "confidence", y1: 0.985, y2: 1, stroke: "currentColor", strokeOpacity: 0.35 },
          ),
          Plot.ruleX(
            state.curves.rug.filter(({ correct }) => !correct),
            { x: "confidence", y1: 0, y2: 0.015, stroke: "currentColor", strokeOpacity: 0.35 },
          ),
        ]),
      ],
    },
    `Reliability: accuracy over confidence, ${states.map(({ title }) => title).join(" and ")}. On the diagonal confidence is honest.`,
  );
}

export function histogramChart(states: ReportState[]): string {
  return svg(
    {
      width: 520,
      height: 220,
      marginLeft: 60,
      marginBottom: 44,
      x: { domain: [0, 1], tickFormat: "%", label: "says (confidence)" },
      y: { label: "rows", grid: true, tickFormat: (rows: number) => rows.toLocaleString("en") },
      marks: [
        ...states.map((state, i) =>
          Plot.rectY(state.curves.histogram, {
            x1: (bin: { from: number; to: number }) =>
              bin.from + (states.length > 1 ? (i * (bin.to - bin.from)) / 2 : 0) + 0.002,
            x2: (bin: { from: number; to: number }) =>
              (states.length > 1 && i === 0 ? (bin.from + bin.to) / 2 : bin.to) - 0.002,
            y: "rows",
            fill: colors[i]!,
          }),
        ),
        Plot.ruleY([0]),
      ],
    },
    "How many rows have each confidence",
  );
}

export function riskCoverageChart(states: ReportState[]): string {
  return svg(
    {
      width: 520,
      height: 260,
      marginLeft: 60,
      marginBottom: 44,
      x: { domain: [0, 1], tickFormat: "%", label: "share of rows answered, surest first" },
      y: { label: "errors among them", grid: true, tickFormat: "%" },
      marks: [
        ...states.map((state, i) =>
          Plot.line(state.curves.riskCoverage, {
            x: "coverage",
            y: "risk",
            stroke: colors[i]!,
            strokeWidth: 2.5,
            strokeDasharray: dashes[i]!,
          }),
        ),
        Plot.ruleY([0]),
      ],
    },
    "Risk and coverage: errors among the surest rows",
  );
}

export function confusionChart({ confusion }: ReportData): string {
  if (!confusion) return "";
  const { classes, counts } = confusion;
  const cells = counts.flatMap((row, i) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return row.map((rows, j) => ({
      label: classes[i]!,
      predicted: classes[j]!,
      rows,
      share: total === 0 ? 0 : rows / total,
    }));
  });
  const size = Math.max(320, Math.min(620, 60 + classes.length * 42));
  return svg(
    {
      width: size,
      height: size,
      marginLeft: 90,
      marginTop: 70,
      x: { domain: classes, label: "predicted", axis: "top", ...(classes.length > 12 ? { tickRotate: -45 } : {}) },
      y: { domain: classes, label: "label" },
      marks: [
        Plot.cell(cells, {
          x: "predicted",
          y: "label",
          fill: "var(--after)",
          fillOpacity: (cell: { share: number }) => Math.sqrt(cell.share) * 0.45,
          inset: 0.5,
        }),
        Plot.text(
          cells.filter(({ rows }) => rows > 0),
          {
            x: "predicted",
            y: "label",
            text: (cell: { rows: number }) => String(cell.rows),
            fill: "currentColor",
            fontSize: classes.length > 16 ? 9 : 12,
          },
        ),
      ],
    },
    "Confusion matrix: rows by label and prediction",
  );
}
