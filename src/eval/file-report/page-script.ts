/**
 * The script of the page: chooses a mode for plots and items, filters and searches the items, and lays one out when it is
 * opened. It reads #data (page-data.ts) and asks no host for anything. Texts reach the page as text nodes only.
 */
export const PAGE_SCRIPT = `
const { modes, items } = JSON.parse(document.querySelector("#data").textContent);
const PAGE = 100;
const MARKS = { right: "✓", partly: "◐", wrong: "✗", none: "–" };
const WORDS = { right: "right", partly: "partly right", wrong: "wrong", none: "no valid gold" };
const control = (name) => document.querySelector("[name=" + name + "]");
const list = document.querySelector("#list"), more = document.querySelector("#more"), count = document.querySelector("#count");
const filters = ["status", "class", "database", "hardness", "feature"].map(control);
const search = control("search");
let mode = 0, found = [], shown = 0;

function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

const texts = items.map((item) =>
  [item.id, item.dbId, item.question, item.gold, item.predicted, ...item.notes].join("\\n").toLowerCase());
const disagree = (item) => new Set(item.statuses.filter((status) => status !== "none")).size > 1;
const tests = {
  status: (item, value) => (value === "disagree" ? disagree(item) : item.statuses[mode] === value),
  class: (item, value) => item.errorClass === value,
  database: (item, value) => item.dbId === value,
  hardness: (item, value) => item.hardness === value,
  feature: (item, value) => item.features.includes(value),
};

function resultTable(result) {
  if ("message" in result) return element("p", "soft", result.message);
  const { columns, numeric, rows, rowCount, columnCount, isCut, alone, aloneCount } = result;
  const table = element("table"), head = table.createTHead().insertRow(), body = table.createTBody();
  columns.forEach((name, at) => head.append(element("th", numeric[at] ? "number" : "", name)));
  rows.forEach((row, place) => {
    const line = body.insertRow();
    if (alone.includes(place)) line.className = "alone";
    row.forEach((cell, at) => {
      line.append(element("td", cell === null ? "soft" : numeric[at] ? "number" : "", cell === null ? "NULL" : cell));
    });
  });
  const size = (isCut ? "more than " : "") + rowCount.toLocaleString("en") + (rowCount === 1 ? " row" : " rows");
  const notes = [rows.length < rowCount ? "first " + rows.length + " of " + size : size];
  if (columns.length < columnCount) notes.push("first " + columns.length + " of " + columnCount + " columns");
  if (aloneCount > 0) notes.push(aloneCount.toLocaleString("en") + " without an equal on the other side");
  return element("div", "", element("div", "scroll result", table), element("p", "soft small", notes.join(" · ")));
}

function side(title, sql, result) {
  const parts = [element("h3", "", title), element("pre", "", sql === "" ? "(nothing)" : sql)];
  return element("div", "side", ...parts, ...(result ? [resultTable(result)] : []));
}

function itemBody(item) {
  const verdicts = modes.map((name, at) =>
    element("span", "verdict " + item.statuses[at], name + " " + WORDS[item.statuses[at]] +
      (item.statuses[at] === "partly" ? " (" + item.verdicts[at].toFixed(3) + ")" : "") +
      (item.reasons[at] && item.statuses[at] !== "right" ? ": " + item.reasons[at] : "")));
  const notes = [...item.notes, ...(item.confidence === undefined ? [] : ["confidence: " + item.confidence.toFixed(3)])];
  return element("div", "body",
    element("div", "sides", side("Gold", item.gold, item.results?.gold), side("Prediction", item.predicted, item.results?.predicted)),
    ...(notes.length > 0 ? [element("ul", "notes", ...notes.map((text) => element("li", "", text)))] : []),
    element("p", "verdicts", ...verdicts));
}

function itemRow(item) {
  const status = item.statuses[mode];
  const mark = element("span", "mark " + status, MARKS[status]);
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", WORDS[status]);
  const facts = [item.id, item.dbId, item.hardness, ...(item.errorClass ? [item.errorClass] : [])].join(" · ");
  const summary = element("summary", "", mark, element("span", "", item.question || item.predicted, element("span", "facts", facts)));
  const row = element("details", "item", summary);
  row.id = "item-" + item.index;
  row.addEventListener("toggle", () => { if (row.open && row.children.length === 1) row.append(itemBody(item)); });
  return row;
}

function showMore() {
  list.append(...found.slice(shown, shown + PAGE).map(itemRow));
  shown = Math.min(found.length, shown + PAGE);
  more.hidden = shown === found.length;
}

function draw() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const passes = (item, at, without) =>
    filters.every((filter) => filter === without || filter.value === "" || tests[filter.name](item, filter.value)) &&
    words.every((word) => texts[at].includes(word));
  found = items.filter((item, at) => passes(item, at));
  for (const filter of filters) {
    const open = items.filter((item, at) => passes(item, at, filter));
    for (const option of filter.options) {
      const n = option.value === "" ? open.length : open.filter((item) => tests[filter.name](item, option.value)).length;
      option.textContent = option.dataset.text + " (" + n + ")";
      option.disabled = n === 0 && !option.selected;
    }
  }
  count.textContent = found.length.toLocaleString("en") + " of " + items.length.toLocaleString("en") + (items.length === 1 ? " item" : " items");
  shown = 0;
  list.replaceChildren();
  showMore();
}

function chooseMode(at) {
  mode = at;
  for (const part of document.querySelectorAll("[data-mode]")) part.hidden = part.dataset.mode !== modes[at];
  draw();
}

function openNamed() {
  const item = items.find(({ index }) => location.hash === "#item-" + index);
  if (!item) return;
  for (const filter of filters) filter.value = "";
  search.value = "";
  draw();
  while (!document.getElementById("item-" + item.index)) showMore();
  const row = document.getElementById("item-" + item.index);
  row.open = true;
  row.scrollIntoView();
}

for (const filter of filters) filter.addEventListener("change", draw);
search.addEventListener("input", draw);
more.addEventListener("click", showMore);
document.querySelector("#reset").addEventListener("click", () => {
  for (const filter of filters) filter.value = "";
  search.value = "";
  draw();
});
document.querySelectorAll("[name=mode]").forEach((choice, at) => choice.addEventListener("change", () => chooseMode(at)));
window.addEventListener("hashchange", openNamed);
const chosen = [...document.querySelectorAll("[name=mode]")].findIndex((choice) => choice.checked);
chooseMode(Math.max(0, chosen));
openNamed();
`;
