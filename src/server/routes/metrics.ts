import { type Gauge, labelValue } from "../metrics.js";
import type { Route } from "../route.js";
import type { Service } from "../service.js";

export const metrics: Route = {
  method: "GET",
  url: "/metrics",
  summary: "Numbers of the service in the text format of Prometheus.",
  scope: "any",
  answer: "text/plain",
  handle: (service) => ({
    type: "text/plain; version=0.0.4; charset=utf-8",
    body: service.metrics.text(gauges(service)),
  }),
};

function gauges({ policies, trail, window, watching }: Service): Gauge[] {
  const { number, named, main } = policies.current;
  const one = (name: string, help: string, value: number, labels = ""): Gauge => ({
    name,
    help,
    values: [[labels, value]],
  });
  const all = [...named.values()];
  const list: Gauge[] = [
    one("logits_generation", "Counts changes of what serves.", number),
    one(
      "logits_policies_stale",
      "1 while the files as they are now do not serve and the old ones do.",
      policies.refused === undefined ? 0 : 1,
    ),
    one("logits_policies_refused", "How often changed files did not serve.", policies.failures),
    {
      name: "logits_policy_info",
      help: "Which policies serve.",
      values: all.map(({ name, version }) => [
        `policy="${labelValue(name)}",version="${version}",main="${name === main?.name}"`,
        1,
      ]),
    },
    {
      name: "logits_contract_revoked",
      help: "1 when what the policy promises holds no longer.",
      values: all
        .filter(({ policy }) => policy.guarantee)
        .map(({ name, state }) => [`policy="${labelValue(name)}"`, state?.revoked ? 1 : 0]),
    },
    one("logits_calibration_labels", "Labels that the calibration error is of.", window.labels),
    one("process_resident_memory_bytes", "Memory of the process.", process.memoryUsage.rss()),
  ];
  if (window.labels > 0)
    list.push(
      one("logits_calibration_error", "Expected calibration error over the last labels, 15 bins.", window.error()),
    );
  if (watching) {
    const highest = Math.max(...Object.values(watching.state.alarms).map(({ martingale }) => martingale));
    list.push(
      one("logits_alarm", "1 since the stream was found to be another one.", watching.state.rung ? 1 : 0),
      one("logits_alarm_martingale", "What a stake of 1 on change has become, at best.", highest),
      one("logits_alarm_rows", "Rows the alarm has seen.", watching.state.rows),
    );
    const { rung } = watching.state;
    if (rung) {
      const by = `by="${labelValue(rung.by)}"`;
      list.push(
        one("logits_alarm_row", "The row of the stream at which the alarm rang, from 0.", rung.row, by),
        one("logits_alarm_since_row", "The row from which on the stream was most likely another one.", rung.since, by),
        one("logits_alarm_delay_rows", "Rows from there to the ring, both included.", rung.delay, by),
      );
    }
  }
  if (trail) {
    const { seq, mac } = trail.head();
    list.push(
      // The code is a label, so that whoever scrapes keeps heads: logits audit verify --head holds a trail against one.
      one("logits_audit_head", "Number of the last record that is safe, and its code.", seq, `mac="${mac}"`),
      one(
        "logits_audit_failing",
        "1 while records cannot be written and decisions are refused.",
        trail.failing() === undefined ? 0 : 1,
      ),
      one("logits_audit_waiting", "Records that wait for the disk.", trail.waiting()),
    );
  }
  return list;
}
