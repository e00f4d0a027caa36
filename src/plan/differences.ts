import type { Source } from "../core/index.js";
import { compats } from "../measure/index.js";
import { evaluate, type EvaluateOptions } from "./evaluate.js";

/** What a library says of a file, and why it is not what another says. */
export interface Difference {
  library: string;
  /** A metric, or "temperature" for what an optimiser would have returned. */
  metric: string;
  /** Measured on this file by that library's convention; absent where only a recorded figure is told. */
  value?: number;
  why: string;
}

/** Every library's value of the metrics that it computes by another convention, beside ours. */
export async function differences(source: Source, options: EvaluateOptions): Promise<Difference[]> {
  const names = [...new Set(Object.values(compats).flatMap(({ metrics }) => Object.keys(metrics)))];
  const plain: EvaluateOptions = { ...options, metrics: names, replicates: 0, perClass: false, perSlice: false };
  const { overrides: _, ...ours } = plain;
  const own = await evaluate(source, ours);
  const list: Difference[] = names.map((metric) => ({
    library: "logits",
    metric,
    value: own.metrics[metric]!.value,
    why: Object.entries(own.metrics[metric]!.convention)
      .map(([name, value]) => `${name} ${value}`)
      .join("; "),
  }));
  for (const { library, metrics, why, optimiser } of Object.values(compats)) {
    const theirs = await evaluate(source, { ...ours, metrics: Object.keys(metrics), overrides: metrics });
    for (const metric of Object.keys(metrics))
      list.push({ library, metric, value: theirs.metrics[metric]!.value, why: why[metric] ?? why["ece"] ?? "" });
    if (optimiser) list.push({ library, metric: "temperature", why: optimiser });
  }
  return list.sort((a, b) => names.indexOf(a.metric) - names.indexOf(b.metric));
}
