/**
 * Questions that a database cannot answer, with the reason: tables and columns that it does not have, requests to change
 * it, things that are not its business. Made from its own nouns and from lists of what is commonly asked for; whatever a
 * name or comment of the schema mentions is left out. The same seed gives the same questions.
 */
import { Rng } from "../../base/rng.ts";
import type { Database } from "../../schema/schema.ts";
import type { Example } from "../example.ts";
import { refusalIdentity } from "../pairs.ts";
import { splitKeyOf } from "../split.ts";
import {
  absentColumns,
  absentCompanions,
  absentTables,
  unrelatedRequests,
} from "./absent-things.ts";
import { absenceIn } from "./absence.ts";
import { drawCondition } from "./conditions.ts";
import { type Draw, nounOf, pickEntity, pickField, pickWeighted } from "./draw.ts";
import { capitalise, numberText, pluralOf, singularOf, withArticle } from "./english.ts";
import type { RunMany, Value } from "./samples.ts";
import { describe } from "./subject.ts";
import { createVocabulary, type Entity } from "./vocabulary.ts";
import { askForCount, askForRows, finish, terse } from "./wording.ts";

export type RefusalOptions = {
  readonly count: number;
  readonly seed: number;
  readonly run: RunMany;
  /** Keys (splitKeyOf) of test and dev, never to be produced. */
  readonly exclude?: ReadonlySet<string>;
};

type Refusal = { readonly question: string; readonly reason: string };
type Maker = (draw: Draw, isAbsent: (words: string) => boolean) => Refusal | undefined;

const MAX_WORDS = 12;

/** Fewer than `count` come back when the lists give no more. */
export async function synthesizeRefusals(
  database: Database,
  options: RefusalOptions,
): Promise<Example[]> {
  const { count, seed, run, exclude = new Set() } = options;
  const vocabulary = await createVocabulary(database, run);
  const draw: Draw = { vocabulary, rng: new Rng(seed ^ 0x5eed), uses: new Map() };
  const isAbsent = absenceIn(database);
  const questions = new Set<string>();
  const examples: Example[] = [];
  for (
    let tries = 0;
    examples.length < count && tries < count * 40 && vocabulary.entities.size > 0;
    tries++
  ) {
    const maker = pickWeighted(draw.rng, makers, ({ weight }) => weight);
    const refusal = maker?.make(draw, isAbsent);
    if (refusal === undefined || refusal.reason.split(" ").length > MAX_WORDS) continue;
    const example = toExample(database, seed, examples.length, refusal);
    const question = refusal.question.toLowerCase();
    if (exclude.has(splitKeyOf(example)) || questions.has(question)) continue;
    questions.add(question);
    examples.push(example);
  }
  return examples;
}

function toExample(
  database: Database,
  seed: number,
  index: number,
  { question, reason }: Refusal,
): Example {
  return {
    id: `refuse-${seed}-${String(index + 1).padStart(4, "0")}`,
    question,
    dbId: database.dbId,
    schemaFingerprint: database.fingerprint,
    ...refusalIdentity(reason),
    dialect: database.dialect,
    source: { method: "synthesized:refusal", seed },
    checks: { executed: false, rows: 0, ms: 0, discriminating: false },
    split: "train",
  };
}

const missingTable: Maker = ({ rng, ...draw }, isAbsent) => {
  const thing = rng.pick(absentTables);
  if (!isAbsent(thing)) return undefined;
  return { question: askForThing({ rng, ...draw }, thing), reason: `no table of ${thing}` };
};

/** "vendor agreements": one of the schema's nouns with something that it does not keep. */
const missingCompanion: Maker = (draw, isAbsent) => {
  const entity = pickEntity(
    draw,
    ({ labelRows, nouns }) => labelRows.length > 0 && nouns[0].split(" ").length <= 2,
  );
  const companion = draw.rng.pick(absentCompanions);
  if (!entity || !isAbsent(companion)) return undefined;
  const thing = `${singularOf(entity.nouns[0])} ${companion}`;
  return { question: askForThing(draw, thing), reason: `no table of ${thing}` };
};

function askForThing(draw: Draw, thing: string): string {
  const { rng } = draw;
  const entity = pickEntity(
    draw,
    ({ labelRows, nouns }) => labelRows.length > 0 && nouns[0].split(" ").length <= 2,
  );
  const named = entity && `${singularOf(entity.nouns[0])} ${nameOf(draw, entity)}`;
  const each = entity && singularOf(entity.nouns[0]);
  return rng.pick([
    () => askForCount(rng, rng.pick([thing, `open ${thing}`, `new ${thing}`])),
    () =>
      askForRows(
        rng,
        `all ${thing} ${rng.pick(["of this year", "from 2024", "of last month", "that are still open"])}`,
      ),
    () =>
      finish(
        rng,
        `Which ${thing} ${rng.pick(["are overdue", "were cancelled", "are still open", "came in last week", "cost the most"])}`,
        "?",
      ),
    () => terse(rng, `${thing} ${rng.pick(["last month", "this year", "by month", "overview"])}`),
    ...(named
      ? [
          () => askForRows(rng, `all ${thing} for ${named}`),
          () => askForCount(rng, `${thing} of ${named}`),
        ]
      : []),
    ...(each
      ? [
          () => askForRows(rng, `the number of ${thing} per ${each}`),
          () => finish(rng, `Which ${each} has the most ${thing}`, "?"),
        ]
      : []),
  ])();
}

const nameOf = (draw: Draw, entity: Entity): string => draw.rng.pick(entity.labelRows).join(" ");

const missingColumn: Maker = (draw, isAbsent) => {
  const entity = pickEntity(
    draw,
    ({ label, labelRows, nouns }) =>
      label.length > 0 && labelRows.length > 0 && nouns[0].split(" ").length <= 2,
  );
  if (entity === undefined) return undefined;
  const isParty =
    entity.label.some(({ phrases }) => phrases[0].endsWith("name")) &&
    entity.fields.some(({ phrases }) => /city|state|country|phone|address/.test(phrases[0]));
  const { person, party, thing } = absentColumns;
  const fact = draw.rng.pick(entity.isPerson ? [...person, ...party] : isParty ? party : thing);
  if (!isAbsent(fact)) return undefined;
  const { rng } = draw;
  const noun = singularOf(entity.nouns[0]);
  const facts = pluralOf(fact);
  const named = `${rng.pick([`${noun} `, ""])}${nameOf(draw, entity)}`;
  const question = rng.pick([
    () => finish(rng, `What is the ${fact} of ${named}`, "?"),
    () =>
      askForRows(
        rng,
        `the ${fact} of ${rng.pick([named, `all ${entity.nouns[0]}`, `every ${noun}`])}`,
      ),
    () => finish(rng, `List all ${entity.nouns[0]} with their ${fact}`, "."),
    () => finish(rng, `How many ${entity.nouns[0]} have no ${fact}`, "?"),
    () => finish(rng, `Group the ${entity.nouns[0]} by ${fact} and count them`, "."),
    () => terse(rng, `${fact} of ${named}`),
    () => terse(rng, `${entity.nouns[0]} without ${withArticle(fact)}`),
  ])();
  return {
    question,
    reason: `no column for ${noun} ${/^[A-Z]{2}/.test(facts) ? facts : facts.toLowerCase()}`,
  };
};

/** Delete, update, insert: in the words of an office, on the schema's own rows. */
const changeOfData: Maker = (draw) => {
  const entity = pickEntity(draw);
  const field =
    entity &&
    pickField(
      draw,
      entity.fields,
      ({ role, samples }) =>
        samples.frequent.length > 0 &&
        ["measure", "category", "code", "date", "text", "name"].includes(role),
    );
  if (!entity || !field) return undefined;
  const { rng } = draw;
  const condition = drawCondition(draw, entity, ({ name }) => name);
  const rows = describe(draw, entity, nounOf(draw, entity), condition ? [condition] : [], "AND");
  const noun = singularOf(entity.nouns[0]);
  const one =
    entity.labelRows.length > 0 ? `${noun} ${nameOf(draw, entity)}` : `the latest ${noun}`;
  const name = field.phrases[0];
  const value = sayValue(draw, rng.pick(field.samples.frequent).value);
  const question = rng.pick([
    () =>
      finish(
        rng,
        `${rng.pick(["Delete", "Remove", "Erase", "Get rid of", "Please delete"])} ${rng.pick(["", "all "])}${rows}`,
        ".",
      ),
    () =>
      finish(
        rng,
        `${rng.pick(["Set", "Change", "Update"])} the ${name} of ${one} to ${value}`,
        ".",
      ),
    () =>
      finish(
        rng,
        `${rng.pick(["Change", "Correct", "Fix"])} the ${name} for ${rows} to ${value}`,
        ".",
      ),
    () =>
      finish(
        rng,
        `${rng.pick(["Add", "Insert", "Create", "Enter"])} a new ${noun} with ${name} ${value}`,
        ".",
      ),
    () =>
      finish(
        rng,
        `${rng.pick(["Cancel", "Archive", "Merge", "Duplicate", "Undo", "Clear"])} ${rows}`,
        ".",
      ),
    () => terse(rng, `${rng.pick(["delete", "update", "remove", "insert"])} ${one}`),
    () => finish(rng, `Can you ${rng.pick(["delete", "remove", "correct"])} ${one}`, "?"),
    ...(field.role === "measure"
      ? [
          () =>
            finish(
              rng,
              `${rng.pick(["Raise", "Increase", "Lower", "Reduce"])} the ${name} of ${rows} by ${rng.pick([2, 5, 10, 15])} percent`,
              ".",
            ),
        ]
      : []),
    () =>
      `${rng.pick(["DELETE FROM", "UPDATE", "INSERT INTO", "delete everything from"])} ${entity.name}`,
  ])();
  return { question, reason: "this would change data" };
};

const sayValue = (draw: Draw, value: Value): string =>
  typeof value === "number" ? numberText(value, draw.rng) : value;

/** Drop, create, rename, add a column, index. */
const changeOfTables: Maker = (draw) => {
  const entity = pickEntity(draw);
  const field = entity && pickField(draw, entity.fields, ({ role }) => role !== "none");
  if (!entity || !field) return undefined;
  const { rng } = draw;
  const table = rng.pick([entity.name, `${entity.nouns[0]}`]);
  const extra = rng.pick([...absentColumns.party, ...absentColumns.thing]);
  const question = rng.pick([
    () => finish(rng, `${rng.pick(["Drop", "Delete", "Remove"])} the table ${entity.name}`, "."),
    () => finish(rng, `${rng.pick(["Drop", "Empty", "Truncate"])} the ${table} table`, "."),
    () =>
      finish(rng, `Add a column for the ${extra} to ${rng.pick(["", "the table "])}${table}`, "."),
    () => finish(rng, `${rng.pick(["Create", "Make"])} a table for ${rng.pick(absentTables)}`, "."),
    () =>
      finish(
        rng,
        `${rng.pick(["Create", "Add", "Build"])} an index on ${field.phrases[0]} of ${table}`,
        ".",
      ),
    () =>
      finish(
        rng,
        `Rename ${rng.pick([`the column ${field.name}`, `the table ${entity.name}`])} to ${capitalise(rng.pick(["old", "backup", "archive", "total", "reference"]))}`,
        ".",
      ),
    () => finish(rng, `Remove the column ${field.name} from ${table}`, "."),
    () =>
      finish(
        rng,
        `Make ${field.phrases[0]} in ${table} ${rng.pick(["longer", "required", "unique", "a number"])}`,
        ".",
      ),
    () => `${rng.pick(["DROP TABLE", "TRUNCATE TABLE", "ALTER TABLE"])} ${entity.name}`,
  ])();
  return { question, reason: "this would change the tables" };
};

const notAboutIt: Maker = ({ rng }) => {
  const request = rng.pick(unrelatedRequests);
  return {
    question: rng.next() < 0.75 ? request : request.toLowerCase().replace(/[.?!]$/, ""),
    reason: "not about this database",
  };
};

const makers: readonly { readonly weight: number; readonly make: Maker }[] = [
  { weight: 26, make: missingTable },
  { weight: 12, make: missingCompanion },
  { weight: 26, make: missingColumn },
  { weight: 20, make: changeOfData },
  { weight: 9, make: changeOfTables },
  { weight: 7, make: notAboutIt },
];
