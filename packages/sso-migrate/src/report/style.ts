/** Colours follow the reader's scheme; widths follow the screen, down to a phone's. */
export const style = `
:root {
  color-scheme: light dark;
  --line: color-mix(in srgb, CanvasText 16%, Canvas);
  --quiet: color-mix(in srgb, CanvasText 65%, Canvas);
  --card: color-mix(in srgb, CanvasText 3%, Canvas);
  --good: light-dark(#15803d, #4ade80);
  --bad: light-dark(#b91c1c, #f87171);
  --mild: light-dark(#a16207, #facc15);
  --accent: light-dark(#1d4ed8, #93c5fd);
  font: 16px/1.5 system-ui, sans-serif;
}
body { margin: 0; background: Canvas; color: CanvasText; overflow-wrap: anywhere }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem }
h3 { font-size: 1rem; margin: 1.25rem 0 .4rem }
p { margin: .35rem 0 }
.quiet { color: var(--quiet) }
.id { font: .9em/1.4 ui-monospace, monospace }
ol, ul { margin: .35rem 0; padding-left: 1.25rem }
.ladder { display: grid; grid-template-columns: repeat(5, 1fr); gap: .25rem; list-style: none; padding: 0; margin: .6rem 0 }
.ladder li { border-top: .35rem solid var(--line); padding-top: .3rem; font-size: .8rem; color: var(--quiet)}
.ladder .done { border-color: var(--accent) }
.ladder .here { border-color: var(--accent); color: CanvasText; font-weight: 700 }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .5rem; margin: 1rem 0; padding: 0; list-style: none }
.totals li { border: 1px solid var(--line); border-radius: .6rem; padding: .5rem .75rem; background: var(--card) }
.totals b { display: block; font-size: 1.5rem; line-height: 1.2 }
details { border: 1px solid var(--line); border-radius: .6rem; margin: .6rem 0; background: var(--card) }
summary { cursor: pointer; padding: .75rem 1rem; display: flex; flex-wrap: wrap; gap: .15rem .75rem; align-items: baseline }
summary::before { content: '\\25B8'; color: var(--quiet) }
details[open] > summary::before { content: '\\25BE' }
summary .name { font-weight: 700 }
.body { padding: 0 1rem 1rem }
.tag { font-size: .8rem; padding: .05rem .5rem; border-radius: 1rem; border: 1px solid currentColor; white-space: nowrap }
.good { color: var(--good) } .bad { color: var(--bad) } .mild { color: var(--mild) }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
td:not(:last-child), th { white-space: nowrap; overflow-wrap: normal }
.timeline { list-style: none; padding: 0 }
.timeline li { padding: .3rem 0; border-bottom: 1px solid var(--line) }
@media (max-width: 40rem) {
  .ladder li { font-size: .65rem }
  .found, .found tbody, .found tr, .found td { display: block }
  .found tr:first-child { display: none }
  .found tr { border-bottom: 1px solid var(--line); padding: .4rem 0 }
  .found td, .found td:not(:last-child) { white-space: normal }
  .found td { border: 0; padding: 0 }
  .found td:first-child { font-weight: 700 }
  .found td.number { text-align: left }
  .found td.number:not(:empty)::before { content: attr(data-side) ': '; color: var(--quiet) }
}
@media print { details { break-inside: avoid } }
`;
