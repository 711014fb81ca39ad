/** Words: plurals, names of columns and tables, comments. */
import { expect, test } from "vitest";
import { nounPhraseOf, parseColumnComment, parseTableComment } from "./comments.ts";
import { listOf, pluralOf, singularOf, withArticle } from "./english.ts";
import { acronymsOf, isCryptic, wordsOf } from "./names.ts";

test.each([
  ["customer", "customers"],
  ["company", "companies"],
  ["status", "statuses"],
  ["tax", "taxes"],
  ["job phase", "job phases"],
  ["phase of a job", "phases of a job"],
  ["person", "people"],
  ["customer ID", "customer IDs"],
  ["invoice", "invoices"],
  ["address", "addresses"],
])("the plural of %s is %s, and back", (one, many) => {
  expect(pluralOf(one)).toBe(many);
  expect(pluralOf(many)).toBe(many);
  expect(singularOf(many)).toBe(one);
});

test.each([
  ["amount", "an amount"],
  ["hourly rate", "an hourly rate"],
  ["unit price", "a unit price"],
  ["AP reference", "an AP reference"],
  ["hours", "hours"],
  ["units in stock", "units in stock"],
])("%s is said with its article: %s", (phrase, said) => expect(withArticle(phrase)).toBe(said));

test("lists are joined as people join them", () => {
  expect(listOf(["a"])).toBe("a");
  expect(listOf(["a", "b"])).toBe("a and b");
  expect(listOf(["a", "b", "c"], "or")).toBe("a, b or c");
});

test.each([
  ["CustomerID", "customer ID"],
  ["unit_price", "unit price"],
  ["QtyOnHand", "quantity on hand"],
  ["cust_addr", "customer address"],
  ["FIRST_NAME", "first name"],
  ["HTTPStatusCode", "http status code"],
  ["Order Details", "order details"],
  ["naïveÜber", "naïve über"],
])("the name %s is read as %s", (name, words) =>
  expect(wordsOf(name).join(" ").toLowerCase()).toBe(words.toLowerCase()),
);

test("capitals are spelt out by another column with those initials", () => {
  const acronyms = acronymsOf(["ServiceType", "STDesc"]);
  expect(wordsOf("STDesc", acronyms).join(" ")).toBe("service type description");
});

test("names that say nothing are told from words", () => {
  expect(["XKCD", "T01", "GLDB"].map(isCryptic)).toEqual([true, true, true]);
  expect(["Customer", "Album", "orders", "city"].map(isCryptic)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test.each([
  ["A active, H on hold", { A: "active", H: "on hold" }, undefined, undefined],
  ["0 = open, 1 = closed", { "0": "open", "1": "closed" }, undefined, undefined],
  ["NULL = unpaid", {}, "unpaid", undefined],
  ["ends then; NULL = none", {}, "none", "ends then"],
  ["REG, OT overtime", { OT: "overtime" }, undefined, undefined],
  ["debit +, credit -", {}, undefined, "debit +, credit -"],
])("the comment %j is understood", (comment, codes, nullMeaning, description) => {
  const values = new Set(["A", "H", "0", "1", "REG", "OT"]);
  const notes = parseColumnComment(comment, values);
  expect(Object.fromEntries(notes.codes)).toEqual(codes);
  expect(notes.nullMeaning).toBe(nullMeaning);
  expect(notes.description).toBe(description);
});

test("a description stands for its column only when it is a noun phrase", () => {
  expect(nounPhraseOf("vendor's invoice number")).toBe("vendor's invoice number");
  expect(nounPhraseOf("usual discount %")).toBe("usual discount percent");
  expect(nounPhraseOf("held back by the customer")).toBeUndefined();
  expect(nounPhraseOf("debit +, credit -")).toBeUndefined();
});

test("a table's comment gives its nouns", () => {
  expect(parseTableComment("receivables: invoices and credits")).toEqual({
    nouns: ["invoices and credits"],
    area: "receivables",
  });
  expect(parseTableComment("Ledger accounts.")).toEqual({ nouns: ["ledger accounts"] });
  expect(parseTableComment(undefined)).toEqual({ nouns: [] });
});
