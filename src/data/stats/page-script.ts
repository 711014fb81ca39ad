/**
 * The script and style of the pages of statistics: heads sort their table, a box hides the rows that do not fit. Without
 * the script every row is there.
 */
export const PAGE_SCRIPT = `
function numberOf(text) {
  const match = text.replace(/,/g, "").match(/-?\\d+(\\.\\d+)?/);
  return match ? Number(match[0]) : -Infinity;
}

function sortBy(table, at, isNumeric) {
  const heads = [...table.tHead.rows[0].cells];
  const before = heads[at].getAttribute("aria-sort");
  const direction = before === "none" ? (isNumeric ? "descending" : "ascending") : before === "ascending" ? "descending" : "ascending";
  for (const head of heads) head.setAttribute("aria-sort", "none");
  heads[at].setAttribute("aria-sort", direction);
  const sign = direction === "ascending" ? 1 : -1;
  const text = (row) => row.cells[at].textContent.trim();
  const rows = [...table.tBodies[0].rows].sort((a, b) =>
    sign * (isNumeric ? numberOf(text(a)) - numberOf(text(b)) || 0 : text(a).localeCompare(text(b), "en", { numeric: true })));
  table.tBodies[0].append(...rows);
}

for (const box of document.querySelectorAll(".sortable")) {
  const table = box.querySelector("table"), search = box.querySelector("input");
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    const button = document.createElement("button");
    button.textContent = head.textContent.trim();
    head.replaceChildren(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sortBy(table, at, head.classList.contains("number")));
  });
  if (search) search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
}
`;

export const PAGE_STYLE = `
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(28rem, 100%), 1fr)); gap: 0 2rem; } .plots > div { min-width: 0; } .plots svg { min-width: 26rem; }
th button { background: none; white-space: nowrap; color: inherit; font-weight: 600; padding: 0; text-align: inherit; } th button::after { content: " ↕" / ""; opacity: .45; } [aria-sort=ascending] button::after { content: " ↑" / ""; opacity: 1; } [aria-sort=descending] button::after { content: " ↓" / ""; opacity: 1; }
.sortable { max-height: 34rem; overflow: auto; margin: .6rem 0; } .sortable input { position: sticky; left: 0; max-width: 20rem; margin: 2px 2px .5rem; } .sortable thead th { position: sticky; top: 0; background: var(--ground); }
body { overflow-wrap: anywhere; } .sortable { overflow-wrap: normal; } .advice li { margin: .3rem 0; } .card b { font-size: 1.6rem; } figure rect { fill-opacity: .75; }
@media print { .sortable { max-height: none; overflow: visible; } .sortable input { display: none; } }
`;
