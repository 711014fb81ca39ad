import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { readNotes } from "./notes.ts";
import { type ProposedNote, withAccepted, withProposals } from "./notes-file.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-notes-file-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "notes.yaml");

const proposals: readonly ProposedNote[] = [
  { table: "ORD", profile: "12 rows" },
  { table: "ORD", column: "STAT", profile: "2 values: C 80 %, O 20 %", guess: "C ?, O ?" },
  { table: "ORD", column: "NET", profile: "money", guess: "net" },
  { table: "ORD", column: "NO", profile: "all different", guess: "number" },
];

function updated(yaml: string) {
  writeFileSync(file, yaml);
  const update = withProposals(file, proposals);
  writeFileSync(file, update.text);
  return { ...update, notes: readNotes(file) };
}

const PERSONS = `# Written by Ada.
knowledge:
  - Amounts are in euros.   # since 2002
tables:
  ord: # the heart of it
    columns:
      STAT: { description: "C closed, O open", synonyms: [state] } # ask Bob
      net: amount without tax
`;

test("what a person wrote stays, comments included; what is new stands beside it", () => {
  const { text, notes, guesses, profiles } = updated(PERSONS);
  expect({ guesses, profiles }).toEqual({ guesses: 1, profiles: 3 });
  for (const part of ["# Written by Ada.", "# since 2002", "# the heart of it", "# ask Bob"])
    expect(text).toContain(part);
  expect(text).toContain(`description: "C closed, O open", synonyms: [ state ]`);
  expect(text).toContain("net: amount without tax\n");
  expect(text).not.toMatch(/ORD:|NET:/);
  expect(notes.tables.ord.columns).toEqual({
    STAT: { description: "C closed, O open", synonyms: ["state"] },
    net: { description: "amount without tax", synonyms: [] },
    NO: { guess: "number", synonyms: [] },
  });
});

test("the second time nothing changes, byte for byte", () => {
  const { text } = updated(PERSONS);
  expect(updated(text)).toMatchObject({ text, guesses: 0, profiles: 0 });
});

test("a guess that a person rewrote is kept; only the profile follows the data", () => {
  const { text } = updated(
    "tables: { ORD: { columns: { STAT: { description: mine, guess: true, profile: old } } } }",
  );
  expect(text).toContain("mine");
  expect(text).not.toContain("old");
});

test("a table described by a text keeps it as its description", () => {
  expect(updated("tables: { ORD: orders of customers }").notes.tables.ORD.description).toBe(
    "orders of customers",
  );
});

test.each([
  ["a missing file", undefined],
  ["an empty file", ""],
  ["comments alone", "# nothing yet\n# tables:\n"],
  ["keys without values", "knowledge:\ntables:\n"],
])("%s gets all proposals", (_case, yaml) => {
  rmSync(file, { force: true });
  if (yaml !== undefined) writeFileSync(file, yaml);
  const update = withProposals(file, proposals);
  expect(update).toMatchObject({ guesses: 3, profiles: 4 });
  for (const line of (yaml ?? "").split("\n").filter((one) => one.startsWith("#")))
    expect(update.text).toContain(line);
  writeFileSync(file, update.text);
  expect(readNotes(file).tables.ORD.columns.STAT).toEqual({ guess: "C ?, O ?", synonyms: [] });
});

test("a file that is not YAML is refused by its name", () => {
  writeFileSync(file, "tables: [");
  expect(() => withProposals(file, proposals)).toThrow(/notes\.yaml cannot be read/);
});

test("an accepted guess is a description; others wait", () => {
  updated("");
  const { text, accepted } = withAccepted(file, ["ord.stat"]);
  expect(accepted).toEqual(["ORD.STAT"]);
  writeFileSync(file, text);
  const { columns } = readNotes(file).tables.ORD;
  expect(columns.STAT).toEqual({ description: "C ?, O ?", synonyms: [] });
  expect(columns.NET).toEqual({ guess: "net", synonyms: [] });
  expect(() => withAccepted(file, ["ORD.STAT"])).toThrow(/has no guess for ORD\.STAT/);
  expect(withAccepted(file, ["all"]).accepted).toEqual(["ORD.NET", "ORD.NO"]);
});

test.each([
  ["guess: yes please", /guess is "yes please"; true or false/],
  ["profile: 3", /profile is 3; a text/],
])("%s is refused with its place", (line, message) => {
  writeFileSync(file, `tables: { ORD: { columns: { NO: { ${line} } } } }`);
  expect(() => readNotes(file)).toThrow(message);
});

test("whatever notes there are, proposals leave their descriptions, synonyms and knowledge alone", () => {
  const text = fc.string({ minLength: 1 }).filter((one) => one.trim() !== "");
  const note = fc.record(
    { description: text, synonyms: fc.array(text, { maxLength: 2 }) },
    { requiredKeys: [] },
  );
  const columns = fc.dictionary(
    fc.constantFrom("STAT", "net", "No", "OTHER"),
    fc.oneof(text, note),
  );
  const table = fc.record({ description: text, columns }, { requiredKeys: [] });
  const any = fc.record(
    { knowledge: fc.array(text), tables: fc.dictionary(fc.constantFrom("ORD", "ITEM"), table) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(any, (yaml) => {
      writeFileSync(file, stringify(yaml));
      const before = readNotes(file);
      const { notes } = updated(stringify(yaml));
      expect(notes.knowledge).toEqual(before.knowledge);
      for (const [name, { columns: all, ...own }] of Object.entries(before.tables)) {
        const after = notes.tables[name];
        expect({ ...after, columns: {} }).toEqual({ ...own, columns: {} });
        for (const [column, described] of Object.entries(all))
          if (described.description !== undefined || described.synonyms.length > 0)
            expect(after.columns[column]).toEqual(described);
      }
    }),
  );
});
