// Colours by role, for light and dark; letters of at least 4.5 : 1 against what they stand on, bars of at least 3 : 1.

const light = `--page:#fbfaf8;--card:#ffffff;--ink:#1c1e22;--soft:#5a606b;--rule:#e3e1dc;--grid:#e9e7e2;--one:#8a8f99;
--subject:#2f5bd7;--reference:#5f6673;--other:#8d939e;--met:#1b6f47;--missed:#a8390f`
const dark = `--page:#131519;--card:#1b1e24;--ink:#e9eaed;--soft:#a7adb8;--rule:#2d3139;--grid:#282c33;--one:#767d89;
--subject:#86a4ff;--reference:#9aa2b0;--other:#717986;--met:#6fcf9d;--missed:#ff9d76`

export const colours = `:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}`

const letters = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif'

/** Of what stands inside a plot. */
export const plotStyle = `svg text{font:13px ${letters};fill:var(--ink);paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
svg .strong{font-weight:650}
svg .value{fill:var(--soft);font-variant-numeric:tabular-nums}
svg .tick{font-size:11px;fill:var(--soft)}
svg .subject{fill:var(--subject)}svg .reference{fill:var(--reference)}svg .other{fill:var(--other)}
svg .grid{stroke:var(--grid)}svg .one{stroke:var(--one);stroke-dasharray:3 3}
svg .whisker{stroke:var(--ink);stroke-width:1.5}svg .halo{stroke:var(--card);stroke-width:5}
svg .curve{stroke-width:2.5}svg .curve.other-line{stroke-dasharray:5 4}svg .reference-line{stroke:var(--reference)}svg .range{stroke:var(--one);stroke-width:1.5}svg .span{stroke-width:5;stroke-linecap:round}
svg .subject-line{stroke:var(--subject)}svg .other-line{stroke:var(--other)}
svg .hollow{fill:var(--card);stroke-width:2.5}`

export const pageStyle = `${colours}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 ${letters};-webkit-text-size-adjust:100%}
main{max-width:62rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .5rem;letter-spacing:-.01em}
h2{font-size:1.2rem;line-height:1.3;margin:0}
p{margin:.25rem 0 .75rem;max-width:44rem}
.soft,figcaption,.about{color:var(--soft)}
.cards{list-style:none;padding:0;margin:1.5rem 0 2rem;display:grid;gap:.75rem;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr))}
.cards a{display:block;height:100%;padding:.875rem 1rem;background:var(--card);border:1px solid var(--rule);border-radius:.625rem;color:inherit;text-decoration:none}
.cards a:hover,.cards a:focus-visible{border-color:var(--subject)}
.cards .figure{display:block;font-size:1.5rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.cards .of,.cards .case{display:block;font-size:.875rem;color:var(--soft)}
.case-box{background:var(--card);border:1px solid var(--rule);border-radius:.75rem;padding:1.125rem 1rem;margin:0 0 1.25rem;scroll-margin-top:1rem}
.plots{display:grid;gap:1.5rem;grid-template-columns:minmax(0,1fr)}
@media (min-width:52rem){.plots.two{grid-template-columns:repeat(2,minmax(0,1fr));gap:2.5rem}.case-box{padding:1.5rem 1.75rem}main{padding-top:3rem}h1{font-size:2.25rem}}
figure{margin:0;min-width:0}
figcaption{font-size:.875rem;margin-bottom:.5rem}
figure svg{display:block;overflow:visible}
.goals{list-style:none;padding:0;margin:.25rem 0 0;display:flex;flex-wrap:wrap;gap:.125rem 1rem;font-size:.875rem}
.case-box>.goals{margin-bottom:1rem}
.met{color:var(--met)}.missed{color:var(--missed);font-weight:600}
details{margin-top:1rem;border-top:1px solid var(--rule);padding-top:.625rem}
summary{cursor:pointer;color:var(--soft);font-size:.875rem;padding:.25rem 0}
.scroll{overflow-x:auto;margin-top:.5rem}
table{border-collapse:collapse;font-size:.8125rem;font-variant-numeric:tabular-nums;width:100%}
th,td{text-align:left;padding:.3125rem .75rem .3125rem 0;border-bottom:1px solid var(--rule);vertical-align:top;white-space:nowrap}
th{font-weight:600;color:var(--soft)}
ul.notes{padding-left:1.1rem;font-size:.8125rem;color:var(--soft);overflow-wrap:anywhere}
${plotStyle}`

/** Of a figure that stands in a file of its own. */
export const figureStyle = `${colours}\n${plotStyle}`
