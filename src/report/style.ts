/** The page's only stylesheet: system fonts, two themes, print. Colours are Okabe and Ito's, darkened or lightened to 4.5 : 1. */
export const style = `
:root { color-scheme: light dark; --paper: #fdfdfb; --ink: #1d2127; --soft: #5a616b; --line: #d9dbd6; --panel: #f4f4ef; --before: #b34700; --after: #00608f; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { --paper: #14171b; --ink: #e9ebee; --soft: #a7afba; --line: #343a42; --panel: #1c2026; --before: #f0a04b; --after: #6cc0f0; } }
:root[data-theme=dark] { color-scheme: dark; --paper: #14171b; --ink: #e9ebee; --soft: #a7afba; --line: #343a42; --panel: #1c2026; --before: #f0a04b; --after: #6cc0f0; }
:root[data-theme=light] { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main, header { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 40px; display: grid; grid-template-columns: 1fr auto; gap: 8px 24px; align-items: start; }
h1 { font-size: 1.05rem; font-weight: 600; color: var(--soft); margin: 0; overflow-wrap: anywhere; }
.summary { grid-column: 1 / -1; font-size: clamp(1.3rem, 2.6vw, 1.9rem); line-height: 1.3; margin: 8px 0 16px; max-width: 34em; text-wrap: pretty; }
button { font: inherit; font-size: .875rem; color: var(--ink); background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 6px 12px; cursor: pointer; }
:focus-visible { outline: 3px solid var(--after); outline-offset: 2px; }
dl { display: flex; flex-wrap: wrap; gap: 4px 28px; margin: 0; grid-column: 1 / -1; font-size: .9rem; }
dl div { display: flex; gap: 8px; } dt { color: var(--soft); } dd { margin: 0; }
section { border-top: 1px solid var(--line); margin-top: 36px; padding-top: 24px; }
h2 { font-size: 1.25rem; margin: 0 0 4px; } h3 { font-size: 1rem; margin: 20px 0 6px; }
.lead { color: var(--soft); margin: 0 0 16px; max-width: 46em; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 24px 40px; align-items: start; }
figure { margin: 0; min-width: 0; } figcaption { font-weight: 600; margin-bottom: 6px; } svg { max-width: 100%; height: auto; overflow: visible; }
.legend { display: flex; gap: 20px; font-size: .9rem; margin: 0 0 12px; padding: 0; list-style: none; }
.legend li::before { content: ""; display: inline-block; width: 26px; border-top: 3px solid var(--after); margin-right: 8px; vertical-align: middle; }
.legend li.before::before { border-top-color: var(--before); border-top-style: dashed; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; }
th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.convention { color: var(--soft); font-size: .8rem; min-width: 16em; }
details { margin-top: 8px; font-size: .875rem; } summary { cursor: pointer; color: var(--soft); padding: 4px 0; }
.items { list-style: none; margin: 0; padding: 0; } .items li { padding: 8px 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.items b { font-weight: 600; } .items span { color: var(--soft); display: block; }
footer { color: var(--soft); font-size: .8rem; padding: 32px 0 48px; }
@media print { button { display: none; } section { break-inside: avoid; } }
`;

/** Turns the theme by hand; without it the page follows the system. */
export const script = `
document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
`;
