// The page's own style: light and dark by what the reader's system asks for, ink on paper, and no need of the network.

export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1b1f24; --dim: #57606a; --line: #d5dae1; --link: #0b57b0;
  --good: #1a7f37; --good-fill: #c9ecd1; --warning: #8a5a00; --warning-fill: #ffe3a3;
  --failure: #b3261e; --failure-fill: #ffc9c4; --neutral: #57606a; --neutral-fill: #dfe3e8; --series: #0b57b0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #11151a; --card: #1a2027; --text: #e6eaef; --dim: #a3aeba; --line: #343d48; --link: #7cb7ff;
    --good: #69d387; --good-fill: #174a27; --warning: #f0be53; --warning-fill: #573e06;
    --failure: #ff8f86; --failure-fill: #6a1f1a; --neutral: #a3aeba; --neutral-fill: #38424d; --series: #7cb7ff;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0; line-height: 1.25; }
h2 { font-size: 1.2rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { margin: .25rem 0; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; background: var(--card); padding: .5rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.dim { color: var(--dim); }
.good { color: var(--good); } .warning { color: var(--warning); } .failure { color: var(--failure); }
.neutral { color: var(--neutral); }
header { display: flex; flex-wrap: wrap; gap: .25rem 2rem; justify-content: space-between; align-items: baseline; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: .75rem 0 1rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.25rem;
  margin: 0 0 1rem; }
.state { border-left: .5rem solid var(--neutral); }
.state.neutral { color: inherit; }
.state.good { border-left-color: var(--good); color: inherit; }
.state.warning { border-left-color: var(--warning); color: inherit; }
.state.failure { border-left-color: var(--failure); color: inherit; }
.state strong { font-size: 1.15rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1rem; margin: 1rem 0 0; }
.figures dt { color: var(--dim); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.15rem; font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--dim); padding: 0 0 .4rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--dim); font-size: .85rem; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 500; }
th, td { overflow-wrap: break-word; }
.number { text-align: right; white-space: nowrap; }
.time, .word { white-space: nowrap; }
td.name { min-width: 15rem; overflow-wrap: anywhere; }
td.name, .names { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .85rem; }
td.long { min-width: 16rem; overflow-wrap: anywhere; }
.calendar { width: auto; border-collapse: separate; border-spacing: 2px; }
.calendar th, .calendar td { border: 0; padding: 0; }
.calendar thead th { text-align: center; font-weight: 400; font-size: .7rem; }
.calendar tbody th { padding-right: .6rem; white-space: nowrap; font-weight: 400; font-size: .85rem; color: var(--dim); }
.calendar td { width: 1.4rem; min-width: 1.4rem; height: 1.4rem; text-align: center; vertical-align: middle;
  border-radius: .25rem; font-size: .8rem; line-height: 1; }
.calendar td.none { background: transparent; box-shadow: inset 0 0 0 1px var(--line); }
.day-good { background: var(--good-fill); color: var(--good); }
.day-warning { background: var(--warning-fill); color: var(--warning); }
.day-failure { background: var(--failure-fill); color: var(--failure); font-weight: 700; }
.day-neutral { background: var(--neutral-fill); color: var(--neutral); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: .75rem 0 0;
  font-size: .85rem; }
.legend b { display: inline-block; width: 1.4rem; height: 1.4rem; line-height: 1.4rem; border-radius: .25rem;
  text-align: center; margin-right: .3rem; font-size: .8rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem; }
figure { margin: 0; }
figcaption { font-weight: 600; margin-bottom: .25rem; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--dim); font-size: 12px; }
.grid { stroke: var(--line); stroke-width: 1; }
.series { fill: none; stroke: var(--series); stroke-width: 2; stroke-linejoin: round; }
.point { fill: var(--series); }
details { margin: .5rem 0; }
summary { cursor: pointer; padding: .15rem 0; }
.names { list-style: none; margin: .25rem 0 .75rem; padding: 0 0 0 1rem; }
footer { color: var(--dim); font-size: .85rem; }
@media (max-width: 40rem) {
  body { padding: .6rem; }
  section { padding: .75rem .8rem; }
}
@media print {
  :root { color-scheme: light; --page: #fff; --card: #fff; --text: #000; --dim: #444; --line: #bbb; --link: #000;
    --good: #14602b; --good-fill: #d6f0dc; --warning: #6d4700; --warning-fill: #ffe9b8; --failure: #8f1d17;
    --failure-fill: #ffd6d2; --neutral: #444; --neutral-fill: #e4e4e4; --series: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .skip { display: none; }
  section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: .5rem 0; }
  .state { border-left: .5rem solid var(--neutral); padding-left: .75rem; }
  .scroll { overflow: visible; }
  .calendar td { width: 1.1rem; min-width: 1.1rem; height: 1.1rem; print-color-adjust: exact; }
  tr, figure { break-inside: avoid; }
  thead { display: table-header-group; }
  * { print-color-adjust: exact; }
}
`;
