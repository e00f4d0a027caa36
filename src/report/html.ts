import type { Measured } from "../core/index.js";
import type { ReportData, ReportState } from "./data.js";
import { confusionChart, histogramChart, reliabilityChart, riskCoverageChart } from "./plot.js";
import { script, style } from "./style.js";

/** One HTML file that needs nothing else: styles, drawings and data inside, no network. */
export function reportHtml(data: ReportData): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(data.title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escape(data.title)}</h1>
<button id="theme" type="button">Light / dark</button>
<p class="summary">${escape(data.summary)}</p>
<dl>${data.facts.map(([name, value]) => `<div><dt>${escape(name)}</dt><dd>${escape(value)}</dd></div>`).join("")}</dl>
</header>
<main>
${reliability(data.states)}
${metrics(data.states)}
${confusion(data)}
${triage(data)}
<footer>${data.notes.map((note) => `<p>${escape(note)}</p>`).join("")}</footer>
</main>
<script>${script}</script>
</body>
</html>
`;
}

function reliability(states: ReportState[]): string {
  const legend =
    states.length > 1
      ? `<ul class="legend">${states.map(({ title }, i) => `<li class="${i === 0 ? "before" : "after"}">${escape(title)}</li>`).join("")}</ul>`
      : "";
  return `<section>
<h2>Is confidence honest?</h2>
<p class="lead">On the diagonal a model that says 80 % is right 80 % of the time; below it, it is overconfident. The band is a 95 % bootstrap interval; nothing is drawn where there are no rows. Ticks: rows that were right (top) and wrong (bottom).</p>
${legend}
<div class="charts">
${figure("Reliability", reliabilityChart(states), reliabilityTable(states))}
<div>
${figure(
  "Confidence",
  histogramChart(states),
  table(
    ["from", "to", ...states.map(({ title }) => title)],
    (states[0]?.curves.histogram ?? []).map((bin, i) => [
      percent(bin.from),
      percent(bin.to),
      ...states.map((state) => String(state.curves.histogram[i]!.rows)),
    ]),
  ),
)}
${figure(
  "Risk and coverage",
  riskCoverageChart(states),
  table(
    ["answered", ...states.map(({ title }) => title)],
    (states[0]?.curves.riskCoverage ?? [])
      .filter((_, i) => i % 20 === 19)
      .map((point, i) => [
        percent(point.coverage),
        ...states.map((state) => percent(state.curves.riskCoverage[20 * i + 19]!.risk)),
      ]),
  ),
)}
</div>
</div>
</section>`;
}

function reliabilityTable(states: ReportState[]): string {
  const rows = states.flatMap((state) =>
    state.curves.reliability
      .filter((_, i) => i % 10 === 0)
      .map((point) => [
        state.title,
        percent(point.confidence),
        percent(point.accuracy),
        `${percent(point.low)} – ${percent(point.high)}`,
      ]),
  );
  return table(["", "says", "is right", "95 %"], rows);
}

function metrics(states: ReportState[]): string {
  const names = Object.keys(states.at(-1)?.metrics ?? {});
  const cell = (measured: Measured | undefined): string =>
    measured
      ? `<td class="n">${number(measured.value)}</td><td class="n">${measured.ci ? `${number(measured.ci[0])} – ${number(measured.ci[1])}` : ""}</td>`
      : "<td></td><td></td>";
  const rows = names.map((name) => {
    const last = states.at(-1)!.metrics[name]!;
    const convention = Object.entries(last.convention)
      .map(([key, value]) => `${key} ${value}`)
      .join("; ");
    return `<tr><th scope="row">${escape(name)}</th>${states.map((state) => cell(state.metrics[name])).join("")}<td class="convention">${escape(convention)}</td></tr>`;
  });
  const head = states
    .map(({ title }) => `<th scope="col" class="n">${escape(title)}</th><th scope="col" class="n">95 %</th>`)
    .join("");
  return `<section>
<h2>Numbers</h2>
<p class="lead">Each with its 95 % interval and the convention it was computed by.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Metrics"><table><thead><tr><th scope="col">metric</th>${head}<th scope="col">convention</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>
</section>`;
}

function confusion(data: ReportData): string {
  const pairs = table(
    ["label", "taken for", "rows", "of the label"],
    data.confusions.map(({ label, predicted, rows, share }) => [label, predicted, String(rows), percent(share)]),
  );
  return `<section>
<h2>What is taken for what</h2>
<div class="charts">
${data.confusion ? figure("Confusion matrix", `<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">${confusionChart(data)}</div>`, confusionTable(data.confusion)) : ""}
<div><h3>Most frequent confusions</h3>${pairs}</div>
</div>
</section>`;
}

function confusionTable({ classes, counts }: NonNullable<ReportData["confusion"]>): string {
  return table(
    ["label ↓ predicted →", ...classes],
    counts.map((row, i) => [classes[i]!, ...row.map(String)]),
  );
}

function triage(data: ReportData): string {
  const groups = data.triage.map(
    ({ verdict, count, items }) => `<h3>${escape(verdict)}: ${count.toLocaleString("en")}</h3>
<ul class="items">${items.map(({ id, text, predicted, p }) => `<li><b>${escape(id)}</b> ${escape(predicted)} ${escape(p)}<span>${escape(text)}</span></li>`).join("")}</ul>`,
  );
  return `<section><h2>Rows that deserve a person's eye</h2>${groups.join("\n") || '<p class="lead">None.</p>'}</section>`;
}

function figure(caption: string, svg: string, twin: string): string {
  return `<figure><figcaption>${escape(caption)}</figcaption>${svg}<details><summary>${escape(caption)} as a table</summary>${twin}</details></figure>`;
}

function table(head: string[], rows: string[][]): string {
  return `<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>${head.map((cell) => `<th scope="col">${escape(cell) || "state"}</th>`).join("")}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`)
    .join("")}</tbody></table></div>`;
}

const percent = (p: number): string => `${(100 * p).toFixed(1)} %`;

function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 1e-4 || value === 0 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
