import type { Guarantee, Policy } from "../core/index.js";
import type { Rate } from "../decide/index.js";
import type { PolicyCheck } from "../plan/checkPolicy.js";
import type { ThresholdOptions, ThresholdResult } from "../plan/thresholdOptions.js";
import { alignColumns, number } from "./metricsTable.js";

const titles = {
  alerts: "alerts",
  fpr: "false-positive rate",
  precision: "precision",
  recall: "recall",
  asked: "asked",
  missed: "missed",
  coverage: "coverage",
  risk: "risk of the accepted",
  fBeta: "F-beta",
  cost: "mean cost of a row",
} as const;
type Name = keyof typeof titles;

const count = (n: number): string => n.toLocaleString("en");
const probabilityOf = (logOdds: number): string => {
  const p = 1 / (1 + Math.exp(-logOdds));
  const missing = 1 / (1 + Math.exp(logOdds));
  if (missing < 1e-6) return `1 − ${Number(missing.toPrecision(3))}`;
  return missing < 0.01 ? p.toFixed(2 - Math.floor(Math.log10(missing))) : number(p);
};

/** What was found, as a person reads it. */
export function thresholdText(result: ThresholdResult, options: ThresholdOptions): string {
  const lines = [rowsLine(result, options)];
  if (!result.met) lines.push(`Not promised: ${result.reason}`);
  if (result.classes) {
    if (result.met) lines.push(classPromise(result.classes, options));
    lines.push("", classTable(result.classes));
  }
  if (result.met && result.logit !== undefined) lines.push(...thresholdLines(result));
  if (!result.met) return `${lines.join("\n")}\n`;
  if (!result.classes) lines.push(...guaranteeLines(result));
  const table = rateTable(result, options);
  if (table) lines.push("", table);
  const perVolume = result.alertsPerVolume;
  if (perVolume)
    lines.push(
      "",
      `In ${options.volume === undefined ? "as many rows" : `${count(options.volume)} rows`}: ${number(perVolume.value)} alerts [${number(perVolume.ci[0])}, ${number(perVolume.ci[1])}]`,
    );
  if (result.warnings.length > 0) lines.push("", ...result.warnings);
  return `${lines.join("\n")}\n`;
}

function rowsLine({ rows, positives, negatives }: ThresholdResult, { maxRisk }: ThresholdOptions): string {
  if (positives === undefined) return `${count(rows)} rows`;
  const [one, other] = maxRisk === undefined ? ["positive", "negative"] : ["right", "wrong"];
  return `${count(rows)} rows: ${count(positives)} ${one}, ${count(negatives!)} ${other}`;
}

function thresholdLines({ logit, rawLogit, low }: ThresholdResult): string[] {
  const one = (odds: number, raw: number | undefined): string => {
    const before = raw === undefined ? "" : ` (${number(raw)} in the scores as they came)`;
    return `P ≥ ${probabilityOf(odds)}, which is a logit of ${number(odds)}${before}`;
  };
  if (!low) return [`Threshold: ${one(logit!, rawLogit)}`];
  return [`Upper threshold: ${one(logit!, rawLogit)}`, `Lower threshold: ${one(low.logit, low.rawLogit)}`];
}

const promises: Record<Guarantee["rate"], string> = {
  fpr: "false-positive rate",
  precision: "precision",
  recall: "recall",
  risk: "risk of the accepted",
  alerts: "share of alerts",
};

function promise({
  rate,
  side,
  bound,
  confidence,
  prior,
  class: about,
}: Pick<Guarantee, "rate" | "side" | "bound" | "confidence" | "prior" | "class">): string {
  const of = about === undefined ? "" : ` of ${about}`;
  const at = prior === undefined ? "" : ` at a prior of ${prior}`;
  return `${promises[rate]}${of} ${side} ${Number(bound.toPrecision(6))} with confidence ${Number(confidence.toPrecision(6))}${at}`;
}

function guaranteeLines({ guarantee, further = [] }: ThresholdResult): string[] {
  if (!guarantee) return ["Promise: none"];
  return [guarantee, ...further].map(
    (one) =>
      `Promise: ${promise(one)} (${one.by}; ${count(one.count)} of ${count(one.n)}, needs ${count(one.needed)} at least)`,
  );
}

/** Each class with what it is promised by and how it fares; then why some have no threshold. */
function classTable(classes: NonNullable<ThresholdResult["classes"]>): string {
  const found = classes.flatMap((one) => ("refused" in one ? [] : [one]));
  const shown: Name[] = [found[0]?.guarantee?.rate === "fpr" ? "fpr" : "precision", "recall"];
  const held = found.some(({ heldOut }) => heldOut);
  const never = classes.flatMap((one) => ("refused" in one ? [`${one.class}: ${one.refused}`] : []));
  if (found.length === 0) return never.join("\n");
  const table = alignColumns([
    ["class", "accepted from", "logit", ...shown.flatMap((name) => [titles[name], ...(held ? ["held out"] : [])])],
    ...classes.map((one) => {
      if ("refused" in one) return [one.class, "never"];
      const figures = shown.flatMap((name) => {
        const other = one.heldOut?.[name as "recall"]?.value;
        return [cell(one[name as "recall"]), ...(held ? [other === undefined ? "–" : cellValue(other)] : [])];
      });
      return [one.class, `P ≥ ${probabilityOf(one.logit)}`, number(one.logit), ...figures];
    }),
  ]);
  return [table, ...(never.length > 0 ? ["", ...never] : [])].join("\n");
}

/** The promises of a threshold a class, which hold together. */
function classPromise(
  classes: NonNullable<ThresholdResult["classes"]>,
  { confidence = 0.95 }: ThresholdOptions,
): string {
  const one = classes.find((each) => "guarantee" in each && each.guarantee) as { guarantee: Guarantee } | undefined;
  if (!one) return "Promise: none";
  const { class: _, ...guarantee } = one.guarantee;
  return `Promise of each: ${promise(guarantee)}, so ${confidence} of all together (${guarantee.by})`;
}

function cell(rate: Rate | undefined): string {
  if (rate === undefined || Number.isNaN(rate.value)) return "–";
  return `${share(rate.value)} [${share(rate.ci[0])}, ${share(rate.ci[1])}]`;
}

const cellValue = (value: number): string => (Number.isNaN(value) ? "–" : share(value));

/** A share that is not 1 is never shown as 1: it has as many digits as it takes. */
function share(value: number): string {
  const short = number(value);
  if (value >= 1 || Number(short) < 1) return short;
  const missing = 1 - value;
  return missing < 1e-12 ? `1 − ${missing.toExponential(1)}` : value.toFixed(1 - Math.floor(Math.log10(missing)));
}

function rateTable(result: ThresholdResult, { at, beta, costs }: ThresholdOptions): string {
  const { heldOut, uncalibrated, calibrated } = result;
  const held = heldOut && !("refused" in heldOut) ? heldOut : undefined;
  const learned = at === undefined && (result.logit !== undefined || costs === undefined);
  const columns: [string, (name: Name) => string][] = [
    [
      uncalibrated ? "calibrated" : learned ? "on these rows (optimistic)" : "on these rows",
      (name) => cell(result[name]),
    ],
  ];
  if (uncalibrated) columns.unshift(["before calibration", (name) => cell(uncalibrated[name as "fpr"])]);
  if (calibrated)
    columns.push([
      `calibrated (temperature ${number(calibrated.temperature)}, 5-fold)`,
      (name) => cell(calibrated[name as "fpr"]),
    ]);
  if (held)
    columns.push([held.source === "file" ? "on the --eval rows" : "held out (5-fold)", (name) => cell(held[name])]);
  const shown = (Object.keys(titles) as Name[]).filter((name) => result[name] !== undefined);
  if (shown.length === 0) return "";
  const table = alignColumns([
    ["rate", ...columns.map(([title]) => title)],
    ...shown.map((name) => [name === "fBeta" ? `F-${beta}` : titles[name], ...columns.map(([, of]) => of(name))]),
  ]);
  const note =
    heldOut && "refused" in heldOut
      ? [`(no held-out figures: ${heldOut.refused} of 5 folds have too few rows for the promise)`]
      : [];
  return [table, ...note].join("\n");
}

/** What new rows say of a policy's promises. */
export function checkText({ policy, kept, rows, checks, warnings }: PolicyCheck, { name }: Policy): string {
  const lines = checks.map((check) => {
    const { status, value, ci, count: k, n, pBroken, pKept } = check;
    const tests =
      pBroken === undefined
        ? ""
        : `\n  were the true rate at its bound, rows at least as bad would come with p ${number(pBroken)}, at least as good with p ${number(pKept!)}`;
    const figure =
      n === 0
        ? "no row that it is about"
        : `${number(value)} [${number(ci[0])}, ${number(ci[1])}], ${count(k)} of ${count(n)}${tests}`;
    return `${status}: ${promise(check)}\n  ${figure}`;
  });
  const said = warnings.map((warning) => `\n${warning}\n`).join("");
  const verdict = kept ? "No promise is broken." : "BROKEN: do not rely on this policy for rows like these.";
  return `Policy ${name === undefined ? "" : `${name} `}${policy} on ${count(rows)} rows\n${lines.join("\n")}\n${verdict}\n${said}`;
}
