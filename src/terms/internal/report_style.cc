#include "terms/internal/report_style.h"

namespace proviso::terms::internal {

// Outcomes have hues that say which they are and not whether they are welcome; each also stands in words.
const std::string_view kReportStyle = R"css(
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --card: #ffffff; --ink: #22252b; --muted: #626873; --line: #dfdbd2; --faint: #f2f0ea;
  --link: #2c5378; --permit: #1d5e86; --hold: #855708; --forbid: #6a3f75; --mark: #fbe9b3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171b; --card: #1c1f24; --ink: #e4e2dc; --muted: #9ba2ad; --line: #32363e; --faint: #23262c;
    --link: #9dc0e2; --permit: #86bfe2; --hold: #dcb35f; --forbid: #cda2d8; --mark: #4d421d;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 "Source Serif 4", "Iowan Old Style", Charter, Georgia, "Times New Roman", serif;
}
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
header, .layout, footer { max-width: 74rem; margin: 0 auto; padding: 0 1.5rem; }
li { margin: .2rem 0; }
header { padding-top: 3.5rem; padding-bottom: 1.5rem; }
.kind, nav, .tags, dt, th, summary, footer, h4, .outcome, .meaning {
  font-family: "Inter", "Segoe UI", system-ui, -apple-system, "Helvetica Neue", Arial, sans-serif;
}
.kind { margin: 0; color: var(--muted); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; }
h1 { margin: .3rem 0 .8rem; font-size: 2.1rem; line-height: 1.2; font-weight: 600; overflow-wrap: anywhere; }
h2 { margin: 3rem 0 .6rem; padding-bottom: .35rem; border-bottom: 1px solid var(--line); font-size: 1.35rem; font-weight: 600; }
main section:first-child h2 { margin-top: 0; }
h3 { margin: 0 0 .7rem; font-size: 1.15rem; line-height: 1.45; font-weight: 400; overflow-wrap: anywhere; }
h4 { margin: 1.3rem 0 .45rem; color: var(--muted); font-size: .78rem; font-weight: 600; letter-spacing: .03em; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
.verdict { max-width: 52rem; font-size: 1.2rem; }
.meaning { margin-top: 0; color: var(--muted); font-size: .92rem; }
.layout { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2.5rem; padding-bottom: 4rem; }
nav { font-size: .9rem; }
nav h2 { margin: 0 0 .5rem; border: 0; padding: 0; color: var(--muted); font-size: .78rem; letter-spacing: .03em; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav li { margin: .3rem 0; }
nav a { color: var(--ink); text-decoration: none; }
nav a:hover { color: var(--link); text-decoration: underline; }
nav .count { color: var(--muted); }
@media (min-width: 62rem) {
  .layout { grid-template-columns: 13rem minmax(0, 1fr); }
  nav { position: sticky; top: 1.5rem; align-self: start; max-height: calc(100vh - 3rem); overflow-y: auto; }
}
.card { margin: 1.1rem 0; padding: 1.25rem 1.4rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.tags { margin: -.2rem 0 .9rem; color: var(--muted); font-size: .82rem; }
.tags span + span::before { content: "·"; margin: 0 .5em; }
.under { margin: .3rem 0 0; color: var(--muted); font-size: .85rem; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .4rem 1.2rem; margin: .6rem 0; }
dt { color: var(--muted); font-size: .85rem; line-height: 1.8; }
dd { margin: 0; overflow-wrap: anywhere; }
dd p { margin: 0 0 .25rem; }
.outcome { display: inline-block; padding: 0 .55em; border: 1px solid; border-radius: 1em; font-size: .82rem; line-height: 1.5; }
.permit { color: var(--permit); } .hold { color: var(--hold); } .forbid { color: var(--forbid); }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
.scroll { overflow-x: auto; }
th { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); color: var(--muted); font-size: .78rem; font-weight: 600; text-align: left; }
td { padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--faint); vertical-align: top; overflow-wrap: anywhere; }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n { font-family: "Inter", "Segoe UI", system-ui, sans-serif; font-size: .88rem; }
.place { color: var(--muted); }
pre, code, .digest { font: .82rem/1.55 "JetBrains Mono", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.digest { overflow-wrap: anywhere; }
pre { margin: 0; padding: .8rem 1rem; background: var(--faint); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin-top: 1rem; }
summary { color: var(--muted); font-size: .85rem; cursor: pointer; }
details > pre, details > .scroll, details > .meaning { margin-top: .6rem; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem; }
.sides > div { min-width: 0; }
mark { padding: 0 .1em; border-radius: 2px; background: var(--mark); color: inherit; }
.absent { color: var(--muted); font-style: italic; }
footer { padding-bottom: 3rem; color: var(--muted); font-size: .82rem; }
@media (max-width: 40rem) {
  header { padding-top: 2rem; }
  h1 { font-size: 1.6rem; }
  .card { padding: 1rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: .5rem; }
}
@media print {
  :root {
    --paper: #fff; --card: #fff; --ink: #000; --muted: #444; --line: #bbb; --faint: #f4f4f4;
    --link: #000; --permit: #000; --hold: #000; --forbid: #000; --mark: #e4e4e4;
  }
  @page { margin: 20mm 18mm; }
  body { font-size: 10.5pt; }
  header, .layout, footer { max-width: none; padding-left: 0; padding-right: 0; }
  header { padding-top: 0; }
  .layout { display: block; }
  nav { margin-bottom: 1.5rem; }
  a { text-decoration: none; }
  h2, h3, h4 { break-after: avoid; }
  .card { border-radius: 0; padding: .8rem 0; border-width: 1px 0 0; }
  pre, tr, dl, .tags { break-inside: avoid; }
  .json:not([open]) { display: none; }
}
)css";

}  // namespace proviso::terms::internal
