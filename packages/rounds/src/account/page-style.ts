import { Html } from './html.js'

// The looks of the page: quiet paper, one ink, and colour only for what has a meaning.

export const pageStyle = new Html(`<style>
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1c2430; --soft: #5b6573; --faint: #8b94a1; --rule: #e4e1da; --lane: #d5d2ca;
  --said: #2b6a8c; --good: #23734a; --good-wash: #e6f2ea; --bad: #b3261e; --bad-wash: #fbeae8; --warn: #8f5b00; --warn-wash: #faf0dc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12151a; --card: #191d24; --ink: #e7e9ec; --soft: #a3acb9; --faint: #7a8491; --rule: #2a303a; --lane: #3a424e;
    --said: #7cc0e0; --good: #7fd3a2; --good-wash: #16291f; --bad: #ff938a; --bad-wash: #331a19; --warn: #e8b95c; --warn-wash: #2c2415;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  -webkit-text-size-adjust: 100%;
}
main { max-width: 1040px; margin: 0 auto; padding: 48px 32px 72px; }
code, .id, .hash { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.87em; }
.eyebrow { margin: 0 0 14px; color: var(--soft); font-size: 14px; display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; }
.eyebrow b { color: var(--ink); font-weight: 600; }
.badge { padding: 2px 10px; border-radius: 99px; font-size: 13px; font-weight: 600; color: var(--soft); background: var(--rule); }
.badge.completed { color: var(--good); background: var(--good-wash); }
.badge.aborted { color: var(--warn); background: var(--warn-wash); }
.badge.convicted { color: var(--bad); background: var(--bad-wash); }
h1 { margin: 0; max-width: 36em; font-size: 25px; line-height: 1.34; font-weight: 600; letter-spacing: -0.012em; text-wrap: balance; overflow-wrap: anywhere; }
.more { margin: 14px 0 0; max-width: 46em; color: var(--soft); overflow-wrap: anywhere; text-wrap: pretty; }
h2 { margin: 48px 0 14px; font-size: 16px; font-weight: 600; }
h2 small { font-size: 14px; font-weight: 400; color: var(--soft); margin-left: 8px; }
.sheet { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 500; }
.lanes { table-layout: fixed; min-width: calc(var(--who) + var(--step) * var(--columns)); --who: 240px; --step: 52px; }
.lanes.dense { --who: 210px; --step: 66px; }
.lanes .first { width: var(--who); }
.lanes th, .lanes td { padding: 0; }
.lanes thead th { padding: 14px 8px 12px; vertical-align: top; border-bottom: 1px solid var(--rule); line-height: 1.35; }
.lanes thead th:not(:first-child) { text-align: center; }
.lanes thead b { display: block; font-weight: 600; font-size: 14px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.lanes thead span { display: block; font-size: 12.5px; color: var(--soft); font-weight: 400; white-space: nowrap; font-variant-numeric: tabular-nums; }
.lanes thead .short { color: var(--warn); font-weight: 600; }
.lanes td { border-left: 1px dashed var(--rule); }
.lanes tbody tr:first-child > * { padding-top: 8px; }
.lanes tbody:last-child tr:last-child > * { padding-bottom: 8px; }
.lanes .who {
  position: sticky; left: 0; z-index: 1; background: var(--card); padding-left: 18px; padding-right: 8px;
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; line-height: 1.25;
}
.lanes tbody .who { font-weight: 400; }
.who .role { color: var(--soft); font-size: 12.5px; margin-left: 8px; }
.lanes svg { display: block; width: 100%; overflow: visible; }
.lanes .convicted > *, .lanes .convicted + .note.about > * { background: var(--bad-wash); }
.lanes .suspect > * { background: var(--warn-wash); }
.convicted .id { color: var(--bad); font-weight: 600; } .suspect .who .id { color: var(--warn); font-weight: 600; }
.lanes .note td { border-left: 0; padding: 0 18px 8px 0; font-size: 13.5px; line-height: 1.4; overflow-wrap: anywhere; white-space: normal; }
.note .bad { color: var(--bad); } .note .warn { color: var(--warn); } .note .hash { opacity: 0.8; }
.dense .who { font-size: 12px; } .dense .who .role { font-size: 11.5px; }
.dense tbody tr:nth-child(10n) > * { border-bottom: 1px solid var(--rule); }
.lane { stroke: var(--lane); stroke-width: 1.5; }
.dot { fill: var(--said); } .dot.early { fill: var(--card); stroke: var(--said); stroke-width: 1.5; } .dot.astray { fill: var(--warn); }
.gap { fill: none; stroke: var(--warn); stroke-width: 1.5; stroke-dasharray: 2.4 2.2; }
.closed { stroke: var(--soft); stroke-width: 2.5; stroke-linecap: round; }
.crime { fill: var(--bad); } .crime-cross { stroke: var(--card); stroke-width: 1.8; stroke-linecap: round; }
.no { stroke: var(--soft); stroke-width: 1.8; stroke-linecap: round; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 12px 2px 0; padding: 0; list-style: none; color: var(--soft); font-size: 13px; }
.legend li { display: flex; align-items: center; gap: 7px; }
.legend svg { overflow: visible; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 24px; margin: 0; padding: 16px 18px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.facts { font-size: 14px; }
.facts th, .facts td { padding: 4px 18px 4px 0; vertical-align: baseline; text-align: left; overflow-wrap: anywhere; }
.facts thead th { padding-top: 10px; padding-bottom: 8px; } .facts tbody tr:first-child > * { padding-top: 8px; }
.facts tbody tr:last-child > * { padding-bottom: 10px; }
.facts th:first-child, .facts td:first-child { padding-left: 18px; }
.facts thead th { color: var(--soft); font-size: 13px; font-weight: 500; border-bottom: 1px solid var(--rule); }
.facts .time { white-space: nowrap; font-variant-numeric: tabular-nums; text-align: right; width: 1%; color: var(--soft); padding-right: 24px; }
.facts .fixed { white-space: nowrap; width: 1%; }
.facts .hash { color: var(--soft); }
.facts .bad > * { color: var(--bad); }
.facts .ending > * { font-weight: 600; }
summary { cursor: pointer; color: var(--soft); padding: 12px 18px; }
details[open] summary { border-bottom: 1px solid var(--rule); }
footer { margin-top: 28px; color: var(--soft); font-size: 13px; max-width: 46em; }
@media (max-width: 640px) {
  main { padding: 28px 16px 48px; }
  h1 { font-size: 21px; }
  h2 { margin-top: 36px; }
  .lanes, .lanes.dense { --who: 88px; }
  .lanes .who { padding-left: 12px; padding-right: 2px; }
  .who .id { font-size: 11.5px; }
  .lanes thead th { padding-left: 1px; padding-right: 1px; }
  .lanes thead b { font-size: 11.5px; letter-spacing: -0.02em; } .lanes thead .unreached { white-space: normal; } .lanes thead span { font-size: 11.5px; }
  .who .role { display: block; margin-left: 0; font-size: 11.5px; overflow: hidden; text-overflow: ellipsis; }
  .dense .who .role { display: none; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 10px; }
  .facts thead { display: none; }
  .facts tr { display: grid; grid-template-columns: minmax(56px, max-content) auto 1fr auto; padding: 3px 12px; column-gap: 10px; font-size: 13px; align-items: baseline; }
  .facts tbody { display: block; padding: 8px 0; }
  .facts tbody tr > *, .facts tbody tr:first-child > *, .facts tbody tr:last-child > * { padding: 0; }
  .facts tbody .time { padding: 0; } .facts .time, .facts .fixed { width: auto; }
  .facts .long .what { grid-column: 2 / 5; grid-row: 2; } .facts .long .hash { grid-column: 3 / 5; text-align: right; }
  .members tr { grid-template-columns: 26px 1fr; } .members .what { grid-row: auto; grid-column: 2; color: var(--soft); }
}
@media print { main { padding: 0; max-width: none; } .sheet { overflow: visible; } }
</style>`)
