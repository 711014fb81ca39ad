/** The page that the demo serves: a box to ask in, the answer with its rows, and the report. Knows no model. */
import { type Html, html, htmlPage, rawHtml } from "../report/html.ts";

const SCRIPT = `
const form = document.querySelector("form"), box = document.querySelector("textarea"), button = document.querySelector("form button"), out = document.querySelector("#answer");
const element = (name, text, className) => { const node = document.createElement(name); node.textContent = text; if (className) node.className = className; return node; };
const table = ({columns, rows, truncated}) => { const wrap = element("div", "", "scroll"), node = document.createElement("table"), head = node.createTHead().insertRow(); columns.forEach((name, at) => head.append(element("th", name, typeof rows[0]?.[at] === "number" ? "number" : "")));
  const body = node.createTBody(); rows.forEach((row) => { const line = body.insertRow(); row.forEach((cell) => { const at = line.insertCell(); at.textContent = cell === null ? "NULL" : String(cell); at.className = cell === null ? "soft" : typeof cell === "number" ? "number" : ""; }); });
  wrap.append(node, element("p", rows.length + (truncated ? " rows shown, there are more" : rows.length === 1 ? " row" : " rows"), "soft")); return wrap; };
async function ask(question) {
  if (button.disabled) return;
  button.disabled = true; out.replaceChildren(element("p", "Thinking …", "soft"));
  try {
    const response = await fetch("generate_sql", {method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify({question, execute: true})});
    const answer = await response.json(); out.replaceChildren();
    if (!response.ok) out.append(element("p", answer.error.message, "wrong"));
    else if (answer.sql === null) out.append(element("p", "Cannot answer: " + answer.refusal + (answer.suggestions.length ? "; nearest: " + answer.suggestions.map(({table, columns}) => table + (columns.length ? " (" + columns.join(", ") + ")" : "")).join(", ") : "")));
    else { out.append(element("pre", answer.sql)); out.append(answer.result.error ? element("p", answer.result.error.message, "wrong") : table(answer.result)); }
    if (response.ok) out.append(element("p", "model " + Math.round(answer.generation_time_ms) + " ms" + (answer.execution_time_ms === null ? "" : ", database " + Math.round(answer.execution_time_ms) + " ms"), "soft"));
  } catch (error) { out.replaceChildren(element("p", "The server did not answer: " + error.message, "wrong")); }
  button.disabled = false;
}
form.addEventListener("submit", (event) => { event.preventDefault(); if (box.value.trim()) ask(box.value); });
box.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); } });
document.querySelectorAll("[data-question]").forEach((node) => node.addEventListener("click", () => { box.value = node.textContent; form.requestSubmit(); }));
`;

const STYLE = `.sample { background: var(--panel); color: var(--ink); margin: 0 .3rem .4rem 0; text-align: left; }
hr { border: 0; border-top: 1px solid var(--line); margin: 2rem 0; }`;

/** The whole page. `report` is shown below the box as it stands in report.html. */
export function askPage(title: string, sampleQuestions: readonly string[], report: Html): string {
  const body = html`<style>
      ${rawHtml(STYLE)}
    </style>
    <h1>${title}</h1>
    <p class="soft">
      Ask in plain words. The model runs on this machine; the SQL it writes is executed read-only.
    </p>
    <form>
      <label for="question">Question</label>
      <textarea id="question" rows="2" maxlength="2000" autofocus></textarea>
      <p><button>Ask</button></p>
    </form>
    <p>
      ${sampleQuestions.map((question) => html`<button type="button" data-question class="sample">${question}</button> `)}
    </p>
    <section id="answer" aria-live="polite"></section>
    <hr />
    ${report}`;
  return htmlPage(title, body, SCRIPT);
}
