/** The part of the page that lists the items: controls to filter by, and the place where the script puts the list. */
import { type Html, html } from "../../report/html.ts";
import { ERROR_CLASSES } from "../error-class.ts";
import { FEATURES } from "../../sql/features.ts";
import type { Featured } from "./groups.ts";
import type { FileItem } from "../score-file.ts";
import { HARDNESSES } from "./words.ts";

const STATUSES: readonly (readonly [string, string])[] = [
  ["wrong", "wrong"],
  ["partly", "partly right"],
  ["right", "right"],
  ["none", "no valid gold"],
  ["disagree", "modes disagree"],
];

/** Begins with the wrong items where there are any. */
export function itemSection(items: readonly FileItem[], featured: readonly Featured[]): Html {
  const present = (names: readonly string[], found: Iterable<string | null>) => {
    const set = new Set(found);
    return names.filter((name) => set.has(name)).map((name): [string, string] => [name, name]);
  };
  const classes = items.map(({ errorClass }) => errorClass);
  const databases = [...new Set(items.map(({ dbId }) => dbId))].sort();
  const hasWrong = items.some(({ verdicts }) => Object.values(verdicts).includes(0));
  return html`<h2 id="items">Items</h2>
    <noscript
      ><p>The list of items needs JavaScript; it asks no other host for anything.</p></noscript
    >
    <div class="filters">
      ${choice("status", "any verdict", STATUSES, hasWrong ? "wrong" : "")}
      ${choice("class", "any class", present(ERROR_CLASSES, classes))}
      ${choice("database", "any database", present(databases, databases))}
      ${choice(
        "hardness",
        "any hardness",
        present(
          HARDNESSES,
          items.map(({ hardness }) => hardness),
        ),
      )}
      ${choice(
        "feature",
        "any SQL",
        present(
          FEATURES,
          featured.flatMap(({ sql }) => sql?.features ?? []),
        ),
      )}
      <input
        type="search"
        name="search"
        placeholder="Search questions, SQL, differences"
        aria-label="Search"
      />
    </div>
    <p class="soft small">
      <span id="count" aria-live="polite"></span>
      <button type="button" id="reset" class="plain">show all</button>
    </p>
    <div id="list"></div>
    <p><button type="button" id="more" class="plain" hidden>Show more</button></p>`;
}

const choice = (
  name: string,
  all: string,
  options: readonly (readonly [string, string])[],
  selected: string = "",
): Html =>
  html`<select name="${name}" aria-label="${name}">
    ${[["", all] as const, ...options].map(
      ([value, text]) =>
        html`<option value="${value}" data-text="${text}" ${value === selected && html` selected`}>
          ${text}
        </option>`,
    )}
  </select>`;
