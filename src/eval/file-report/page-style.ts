/** What the page of a scored file adds to the style of all reports. Colours are the report's variables. */
export const PAGE_STYLE = `
a { color: var(--blue); text-decoration: none; } a:hover { text-decoration: underline; } h2 { scroll-margin-top: 4rem; } .small { font-size: .88rem; } [hidden] { display: none !important; }
.cards { grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); } .scroll td:first-child { white-space: nowrap; }
h3 { font-size: .88rem; font-weight: 600; color: var(--soft); margin: .6rem 0 .2rem; }
.modes { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; align-items: center; gap: .3rem; margin: 2.5rem -.5rem 0; padding: .6rem .5rem; border: 0; background: var(--ground); border-bottom: 1px solid var(--line); }
.modes legend { float: left; padding: 0; margin-right: .6rem; }
.modes input { position: absolute; opacity: 0; width: 1px; padding: 0; } .modes span { display: block; padding: .25rem .8rem; border-radius: 1rem; background: var(--panel); cursor: pointer; } .modes input:checked + span { background: #2463c5; color: #fff; } .modes input:focus-visible + span { outline: 2px solid var(--blue); outline-offset: 2px; }
.plots { columns: 28rem 2; column-gap: 2.5rem; } .plots > div { break-inside: avoid; padding-top: 1.5rem; } .plots h2 { margin: 0; font-size: 1.05rem; } .plots figure { margin: .4rem 0 0; } .plots rect { fill-opacity: .6; } .bars svg { min-width: 27rem; }
.filters { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .5rem; margin: .8rem 0 .4rem; } .filters input { grid-column: 1 / -1; } select { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .6rem; width: 100%; }
button.plain { background: none; color: var(--blue); padding: .2rem .4rem; }
.item { scroll-margin-top: 4rem; } .item summary { display: flex; gap: .7rem; list-style: none; } .item summary::-webkit-details-marker { display: none; } .item summary:hover { background: var(--panel); }
.facts { display: block; color: var(--soft); font-size: .82rem; } .mark { flex: none; width: 1.1rem; text-align: center; font-weight: 700; }
.mark.right, .verdict.right { color: var(--green); } .mark.wrong, .verdict.wrong { color: var(--red); } .mark.partly, .verdict.partly { color: var(--amber); } .mark.none, .verdict.none { color: var(--soft); }
.body { margin: .2rem 0 1rem 1.8rem; } .sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 0 1.2rem; } .side { min-width: 0; }
.result { max-height: 24rem; overflow: auto; border: 1px solid var(--line); border-radius: .4rem; } .result table { font-size: .82rem; } .result th, .result td { padding: .2rem .5rem; } .result th { position: sticky; top: 0; background: var(--panel); } .result tr:last-child td { border-bottom: 0; } .alone td { background: color-mix(in srgb, var(--amber) 16%, transparent); }
.notes { margin: .6rem 0; padding-left: 1.1rem; font-size: .92rem; } .verdicts { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .82rem; }
@media print { .modes, .filters, #more, #reset { display: none; } }
@media (max-width: 40rem) { .body { margin-left: 0; } .modes { position: static; } }
`;
