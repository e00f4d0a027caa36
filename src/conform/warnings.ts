import type { Batch } from "../core/index.js";
import type { ConformalDocument } from "./document.js";
import { rowsNeeded } from "./rank.js";
import { maskedLabels } from "./scored.js";

const most = 5;
const count = (value: number): string => value.toLocaleString("en");

/**
 * What a person should know of the thresholds: too few rows, masked true classes, clusters that are one.
 *
 * @param asked whether the number of clusters was given
 * @param rows how many true classes are masked, where that is known
 */
export function warningsOf(
  document: ConformalDocument,
  batch: Batch,
  asked: boolean,
  rows: number = maskedLabels(batch),
): string[] {
  return [...tooFew(document), ...oneCluster(document, batch, asked), ...masked(document, batch, rows)];
}

function tooFew({ params, classes }: ConformalDocument): string[] {
  const { alpha, by, thresholds, groups, column } = params;
  const few = thresholds.flatMap(({ rank, rows }, at) => (rank > rows ? [{ at, rows }] : []));
  if (few.length === 0) return [];
  const needs = `Alpha ${alpha} needs ${count(rowsNeeded(alpha))} calibration rows`;
  if (by === "all") return [`${needs}: ${few[0]!.rows}. The threshold is infinite, and every set holds every class.`];
  const name = (at: number): string => {
    if (by === "group") return `${column} ${groups![at]}`;
    return by === "class" ? `class ${classes?.[at] ?? at}` : `cluster ${at}`;
  };
  const listed = few.slice(0, most).map(({ at, rows }) => `${name(at)} has ${rows}`);
  const more = few.length > most ? ` and ${few.length - most} more` : "";
  const so = by === "group" ? "every set of these rows holds every class" : "these classes are in every set";
  return [`${needs} of each ${by}: ${listed.join(", ")}${more}. The threshold is infinite, and ${so}.`];
}

/** Of many classes with enough rows each, there would be several. */
function oneCluster({ params }: ConformalDocument, { labels, classes }: Batch, asked: boolean): string[] {
  const { by, clusters, thresholds } = params;
  if (by !== "cluster" || asked) return [];
  const rare = thresholds.length - 1;
  const common = new Set(clusters!.filter((at) => at !== rare || rare === 0));
  if (common.size > 1) return [];
  const rows = new Int32Array(classes);
  for (const label of labels!) rows[label]!++;
  return [
    `All classes share a threshold: so few rows of the rarest class (${Math.min(...rows)}) suggest one cluster; clusters asks for more.`,
  ];
}

function masked({ params }: ConformalDocument, batch: Batch, rows: number): string[] {
  const { alpha, by, thresholds } = params;
  if (rows === 0) return [];
  const infinite = thresholds.filter(({ score, rank, rows: own }) => score === "Infinity" && rank <= own).length;
  const where = by === "all" ? "" : ` in ${infinite} of the thresholds' rows`;
  return [
    `The true class is masked (-Infinity) in ${count(rows)} of ${count(batch.rows)} rows: its score is infinite, and only sets of every class hold it.`,
    ...(infinite > 0
      ? [`More than ${100 * alpha} % of true classes are masked${where}: the threshold is infinite.`]
      : []),
  ];
}
