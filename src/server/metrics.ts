/** Bounds of the latency histogram, in seconds. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** Numbers that grow, by name and labels, in the text format of Prometheus. */
export class Metrics {
  readonly #counters = new Map<string, Map<string, number>>();
  readonly #latency = new Map<string, { counts: Float64Array; sum: number }>();

  /** `labels` as they are written: `action="block",role="main"`. */
  count(name: string, labels: string, by = 1): void {
    let series = this.#counters.get(name);
    if (!series) this.#counters.set(name, (series = new Map()));
    series.set(labels, (series.get(labels) ?? 0) + by);
  }

  observe(route: string, seconds: number): void {
    let one = this.#latency.get(route);
    if (!one) this.#latency.set(route, (one = { counts: new Float64Array(bounds.length + 1), sum: 0 }));
    let bucket = 0;
    while (bucket < bounds.length && seconds > bounds[bucket]!) bucket++;
    one.counts[bucket]!++;
    one.sum += seconds;
  }

  /** @param gauges what is read when it is asked for. */
  text(gauges: readonly Gauge[]): string {
    const lines: string[] = [];
    for (const [name, series] of this.#counters) {
      lines.push(`# HELP ${name} ${help[name] ?? ""}`, `# TYPE ${name} counter`);
      for (const [labels, value] of series) lines.push(`${name}{${labels}} ${value}`);
    }
    const latency = "logits_request_seconds";
    lines.push(`# HELP ${latency} Time from the request to its answer.`, `# TYPE ${latency} histogram`);
    for (const [route, { counts, sum }] of this.#latency) {
      let total = 0;
      counts.forEach((count, i) => {
        total += count;
        lines.push(`${latency}_bucket{route="${route}",le="${bounds[i] ?? "+Inf"}"} ${total}`);
      });
      lines.push(`${latency}_sum{route="${route}"} ${sum}`, `${latency}_count{route="${route}"} ${total}`);
    }
    for (const { name, help: about, values } of gauges) {
      lines.push(`# HELP ${name} ${about}`, `# TYPE ${name} gauge`);
      for (const [labels, value] of values) lines.push(`${name}${labels ? `{${labels}}` : ""} ${value}`);
    }
    return `${lines.join("\n")}\n`;
  }
}

export interface Gauge {
  name: string;
  help: string;
  /** Labels and value. */
  values: [string, number][];
}

const help: Record<string, string> = {
  logits_decisions_total: "Decisions by policy, action and role (main, canary, shadow).",
  logits_requests_failed_total: "Requests that were refused or failed, by route and status.",
  logits_labels_total: "Late labels: matched to a decision that is remembered, or not.",
  logits_shadow_disagreements_total: "Rows for which the shadow policy would have done something else.",
};

/** A label's value: what the format asks to escape. */
export function labelValue(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
