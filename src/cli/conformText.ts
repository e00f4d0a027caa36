import type { Coverage, Share } from "../conform/index.js";
import type { Conformed } from "../plan/conform.js";
import { alignColumns, number } from "./metricsTable.js";

const most = 20;
const count = (value: number): string => value.toLocaleString("en");
const interval = ({ ci }: Share): string => `${number(ci[0])} – ${number(ci[1])}`;

/** A fit and what its sets do, for a person. */
export function conformText(conformed: Conformed): string {
  const { warnings, met } = conformed;
  const headline = `${conformed.score}: ${promise(conformed)}, fitted on ${count(conformed.fit.rows)} rows`;
  if (!met) return [headline, ...warnings.map((warning) => `not met: ${warning}`), ""].join("\n");
  const { law } = conformed;
  return [
    headline,
    ...threshold(conformed),
    ...(law
      ? [
          `coverage over draws of such rows follows Beta(${law.beta.join(", ")}): between ${number(law.range[0])} and ${number(law.range[1])} in 90 % of them`,
        ]
      : []),
    ...evaluation(conformed),
    ...warnings.map((warning) => `warning: ${warning}`),
    "",
  ].join("\n");
}

function promise({ alpha, procedure, document }: Conformed): string {
  const { risk, delta } = document.params;
  if (procedure === "split") return `sets that miss the truth in at most ${alpha} of rows`;
  const how = delta === undefined ? "in expectation" : `with confidence ${number(1 - delta)}`;
  return `sets whose ${risk!.name} is at most ${alpha} ${how} (${procedure})`;
}

function threshold(conformed: Conformed): string[] {
  const { thresholds, column, by } = conformed.document.params;
  const [only, ...more] = thresholds;
  if (more.length > 0) {
    const rows = conformed.thresholds!.map(({ name, threshold: value, rows: own, rank }) => [
      name,
      typeof value === "number" ? number(value) : "infinite",
      rank > own ? `none of ${count(own)}` : `${count(rank)} of ${count(own)}`,
    ]);
    return ["", shortened([[column ?? by, "threshold", "score taken"], ...rows])];
  }
  if (only!.score === "Infinity") return ["threshold infinite: every set holds every class"];
  const where =
    conformed.procedure === "split" ? ` (score ${count(only!.rank)} of ${count(only!.rows)}, smallest first)` : "";
  return [`threshold ${number(Number(only!.score))}${where}`];
}

function evaluation({ eval: measured, calibrated, document }: Conformed): string[] {
  if (!measured) return [];
  const { risk, coverage } = measured;
  const from = measured.source === "file" ? "On the evaluation file" : "Estimated by 5-fold cross-validation";
  return [
    "",
    `${from}, ${count(measured.rows)} rows:`,
    ...(risk ? [`  ${risk.name} ${number(risk.value)}`] : []),
    ...(coverage ? [`  coverage ${number(coverage.value)} (95 % interval ${interval(coverage)})`] : []),
    `  mean size ${number(measured.meanSize)} classes`,
    ...(calibrated ? [`  without the calibrator ${number(calibrated.without)}`] : []),
    ...(coverage ? ["", ...tables(measured as Coverage, document.params.column)] : []),
  ];
}

/** Coverage by size, by true class and by group. */
export function tables({ rows, bySize, byClass, byGroup }: Coverage, column?: string): string[] {
  const share = (part: number): string => `${((100 * part) / rows).toFixed(1)} %`;
  const sized = bySize.map(({ size, rows: own, coverage }) => [
    String(size),
    count(own),
    share(own),
    number(coverage.value),
    interval(coverage),
  ]);
  const strata = (name: string, of: { name: string; rows: number; coverage: Share; meanSize: number }[]): string =>
    shortened([
      [name, "rows", "mean size", "coverage", "95 % interval"],
      ...of.map((one) => [
        one.name,
        count(one.rows),
        number(one.meanSize),
        number(one.coverage.value),
        interval(one.coverage),
      ]),
    ]);
  const named = byClass.map((one) => ({ ...one, name: one.class }));
  const grouped = byGroup?.map((one) => ({ ...one, name: one.group }));
  return [
    shortened([["set size", "rows", "share", "coverage", "95 % interval"], ...sized]),
    "",
    strata("true class", named),
    ...(grouped ? ["", strata(column ?? "group", grouped)] : []),
  ];
}

/** The first rows of a long table; --json has them all. */
function shortened(rows: string[][]): string {
  const text = alignColumns(rows.slice(0, most + 1));
  return rows.length > most + 1 ? `${text}\n… ${rows.length - most - 1} more (--json has all)` : text;
}
