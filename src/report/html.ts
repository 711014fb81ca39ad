/**
 * One HTML file that needs nothing else: no script from elsewhere, no font, no image; readable in dark and light and on
 * paper. Knows no metric: callers hand in sections.
 */
export type Html = { readonly html: string };

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => escapes[character]);

/** A template tag: values are escaped unless they are Html; arrays are joined. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Html {
  const parts = strings.map(
    (text, index) => text + (index < values.length ? render(values[index]) : ""),
  );
  return { html: parts.join("") };
}

function render(value: unknown): string {
  if (Array.isArray(value)) return value.map(render).join("");
  if (typeof value === "object" && value !== null && "html" in value) return (value as Html).html;
  return value === undefined || value === null || value === false ? "" : escapeHtml(String(value));
}

/** Text that is HTML already, such as a plot. */
export const rawHtml = (text: string): Html => ({ html: text });

/** A table; a cell may be text or Html; `numeric` names the columns that are set flush right. */
export function htmlTable(
  head: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
  numeric: readonly number[] = [],
): Html {
  const side = (index: number) => (numeric.includes(index) ? rawHtml(' class="number"') : "");
  return html`<table>
    <thead>
      <tr>
        ${head.map((cell, i) => html`<th${side(i)}>${cell}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell, i) => html`<td${side(i)}>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6676; --line: #d9dee6; --ground: #ffffff; --panel: #f5f7fa; --blue: #2463c5; --green: #177245; --red: #b3261e; --amber: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa6b6; --line: #333c49; --ground: #12161c; --panel: #1b212a; --blue: #78a9ff; --green: #4cc38a; --red: #ff8a80; --amber: #e0b050; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 2rem 1.25rem 4rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; } p { margin: .5rem 0; } .soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: .92rem; } th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); } th { color: var(--soft); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: .86rem/1.45 ui-monospace, monospace; } pre { background: var(--panel); padding: .6rem .8rem; border-radius: .4rem; overflow-x: auto; white-space: pre-wrap; margin: .3rem 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .8rem; margin: 1.2rem 0; } .card { background: var(--panel); border-radius: .6rem; padding: .9rem 1rem; } .card b { display: block; font-size: 1.9rem; line-height: 1.15; }
details { border-bottom: 1px solid var(--line); padding: .45rem 0; } summary { cursor: pointer; } .scroll { overflow-x: auto; }
.right { color: var(--green); } .wrong { color: var(--red); }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg .soft { fill: var(--soft); } svg .axis { stroke: var(--line); } svg .whisker { stroke: var(--ink); } figure { margin: 1rem 0; } figcaption { color: var(--soft); font-size: .88rem; }
textarea, input { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .7rem; width: 100%; } button { font: inherit; padding: .5rem 1rem; border: 0; border-radius: .4rem; color: #fff; background: #2463c5; cursor: pointer; } button:disabled { opacity: .6; cursor: progress; } :focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
`;

/** A whole page. `script` is placed at the end of the body. */
export function htmlPage(title: string, body: Html, script: string = ""): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body.html}
${script && `<script>${script}</script>`}
</body>
</html>
`;
}
