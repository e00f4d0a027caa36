import type { Descriptor } from "../core/index.js";
import { paramHelp } from "./flags.js";
import type { Registry } from "./registry.js";

/** The methods as Markdown tables: what the documentation shows, and what a test compares it with. */
export function docsTables(registry: Registry): string {
  return [
    table("Metric", registry.metrics),
    table("Calibrator", registry.calibrators),
    table("Verdict", registry.verdicts),
    table("Sampler", registry.samplers),
    table("Decision", registry.decisions),
    table("Detector", registry.detectors),
  ].join("\n");
}

function table(family: string, methods: readonly Descriptor[]): string {
  const rows = methods.map((method) => {
    const params = method.params.map((param) => `\`${param.name}\`: ${paramHelp(param)}`).join("<br>");
    return `| \`${method.name}\` | ${method.help} | ${params || "–"} | ${method.source} |`;
  });
  return [`| ${family} | What it is | Parameters | Source |`, "|---|---|---|---|", ...rows, ""].join("\n");
}
