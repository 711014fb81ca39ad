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
  injectedOrders,
  injectedWishes,
  unknowableThings,
  unrelatedRequests,
} from "./absent-things.ts";
import { absenceIn } from "./absence.ts";
import { drawCondition } from "./conditions.ts";
import { type Draw, nounOf, pickEntity, pickField, pickWeighted } from "./draw.ts";
import { capitalise, listOf, numberText, pluralOf, singularOf, withArticle } from "./english.ts";
import { reword } from "./reword.ts";
import type { RunMany, Value } from "./samples.ts";
import { quoteName } from "./select.ts";
import { describe } from "./subject.ts";
import { runnerFor } from "./dialects.ts";
import { createVocabulary, type Entity } from "./vocabulary.ts";
import { askForCount, askForRows, finish, terse } from "./wording.ts";

export type RefusalOptions = {
  readonly count: number;
  readonly seed: number;
  readonly run: RunMany;
  /** Keys (splitKeyOf) of test and dev, never to be produced. */
  readonly exclude?: ReadonlySet<string>;
};

/** What makes a question unanswerable; stands in `source.method` as `synthesized:refuse:KIND`. */
export const refusalKinds = [
  "missing-table",
  "missing-column",
  "missing-data",
  "ambiguous",
  "out-of-scope",
  "write",
  "table-change",
  "injection",
] as const;
export type RefusalKind = (typeof refusalKinds)[number];

type Refusal = { readonly question: string; readonly reason: string };
type Maker = (draw: Draw, isAbsent: (words: string) => boolean) => Refusal | undefined;

const MAX_WORDS = 12;

/** Fewer than `count` come back when the lists give no more. */
export async function synthesizeRefusals(
  database: Database,
  options: RefusalOptions,
): Promise<Example[]> {
  const { count, seed, run, exclude = new Set() } = options;
  const vocabulary = await createVocabulary(database, runnerFor(database, run));
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
    const made = maker?.make(draw, isAbsent);
    const refusal = made && maker?.isPlain ? { ...made, question: inOtherWords(draw, made) } : made;
    if (!maker || refusal === undefined || refusal.reason.split(" ").length > MAX_WORDS) continue;
    const example = toExample(database, seed, examples.length, maker.kind, refusal);
    const question = refusal.question.toLowerCase();
    if (exclude.has(splitKeyOf(example)) || questions.has(question)) continue;
    questions.add(question);
    examples.push(example);
  }
  return examples;
}

const inOtherWords = ({ rng }: Draw, { question }: Refusal): string =>
  reword(question, [], new Map(), rng);

function toExample(
  database: Database,
  seed: number,
  index: number,
  kind: RefusalKind,
  { question, reason }: Refusal,
): Example {
  return {
    id: `refuse-${seed}-${String(index + 1).padStart(4, "0")}`,
    question,
    dbId: database.dbId,
    schemaFingerprint: database.fingerprint,
    ...refusalIdentity(reason),
    dialect: database.dialect,
    source: { method: `synthesized:refuse:${kind}`, seed },
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

/** What no table of a business says: causes, the future, opinions. */
const missingData: Maker = (draw) => {
  const { rng } = draw;
  const entity = pickEntity(draw, ({ nouns }) => nouns[0].split(" ").length <= 3);
  if (entity === undefined) return undefined;
  const { subject, questions } = rng.pick(unknowableThings);
  const named =
    entity.labelRows.length > 0
      ? `${singularOf(entity.nouns[0])} ${nameOf(draw, entity)}`
      : `the latest ${singularOf(entity.nouns[0])}`;
  const question = rng
    .pick(questions)
    .replaceAll("{rows}", nounOf(draw, entity))
    .replaceAll("{row}", named);
  return { question: finish(rng, question, "?"), reason: `no data about ${subject}` };
};

/** Words that two columns share at their end without either being called just that: "date" of two dates. */
const SHARED_HEADS =
  /^(date|amount|price|cost|total|name|address|city|country|phone|score|rate|hours|salary|year|quantity|status|time|weight|points|percentage)$/;

const ambiguous: Maker = (draw) => {
  const { rng } = draw;
  const choices = [...draw.vocabulary.entities.values()].flatMap((entity) => {
    const named = entity.fields.filter(({ role }) => role !== "none" && role !== "key");
    const byHead = Map.groupBy(named, ({ phrases }) => phrases[0].split(" ").at(-1) ?? "");
    return [...byHead].flatMap(([head, fields]) => {
      const isPlain = fields.some(({ phrases }) => phrases.includes(head));
      const isClear = isPlain || fields.length < 2 || fields.length > 3;
      return isClear || !SHARED_HEADS.test(head) ? [] : [{ entity, head, fields }];
    });
  });
  const choice = pickWeighted(rng, choices, () => 1);
  if (choice === undefined) return undefined;
  const { entity, head, fields } = choice;
  const nouns = nounOf(draw, entity);
  const noun = singularOf(entity.nouns[0]);
  const one = entity.labelRows.length > 0 ? `${noun} ${nameOf(draw, entity)}` : `the last ${noun}`;
  const question = rng.pick([
    () => finish(rng, `What is the ${head} of ${one}`, "?"),
    () => askForRows(rng, `the ${head} of all ${nouns}`),
    () => finish(rng, `Sort the ${nouns} by ${head}`, "."),
    () =>
      finish(
        rng,
        `Which ${noun} has the ${rng.pick(["highest", "latest", "lowest"])} ${head}`,
        "?",
      ),
    () => terse(rng, `${head} of ${one}`),
    () => terse(rng, `${nouns} by ${head}`),
  ])();
  const meant = listOf(
    fields.map(({ phrases }) => phrases[0]),
    "or",
  );
  return { question, reason: `ambiguous: ${meant}` };
};

/** Orders to the model, and SQL that changes something, hidden in a question. */
const injection: Maker = (draw, isAbsent) => {
  const { rng } = draw;
  const entity = pickEntity(draw);
  const field = entity && pickField(draw, entity.fields, ({ role }) => role !== "none");
  if (!entity || !field) return undefined;
  const ask = askForCount(rng, nounOf(draw, entity)).replace(/[?.]$/, "");
  const order = rng.pick(injectedOrders);
  const table = quoteName(entity.name);
  const [sql, reason] = rng.pick([
    [`DROP TABLE ${table}`, "this would change the tables"],
    [`ALTER TABLE ${table} ADD COLUMN x TEXT`, "this would change the tables"],
    [`DELETE FROM ${table}`, "this would change data"],
    [`UPDATE ${table} SET ${quoteName(field.name)} = NULL`, "this would change data"],
    [`INSERT INTO ${table} DEFAULT VALUES`, "this would change data"],
  ]);
  const change = changeOfData(draw, isAbsent);
  return rng.pick<() => Refusal | undefined>([
    () => ({ question: `${ask}'; ${sql}; --`, reason }),
    () => ({
      question: `${ask}; ${rng.pick(["then run", "and also execute", "afterwards run"])} ${sql}`,
      reason,
    }),
    () => ({ question: `${order} and run: ${sql}`, reason }),
    () => change && { ...change, question: `${order}. ${change.question}` },
    () => ({
      question: `${order} and ${rng.pick(injectedWishes)}`,
      reason: "not about this database",
    }),
  ])();
};

const makers: readonly {
  readonly kind: RefusalKind;
  readonly weight: number;
  readonly make: Maker;
  /** Asked as answerable questions are; may be reworded. */
  readonly isPlain?: boolean;
}[] = [
  { kind: "missing-table", weight: 25, make: missingTable, isPlain: true },
  { kind: "missing-table", weight: 11, make: missingCompanion, isPlain: true },
  { kind: "missing-column", weight: 25, make: missingColumn, isPlain: true },
  { kind: "missing-data", weight: 5, make: missingData },
  { kind: "ambiguous", weight: 3, make: ambiguous, isPlain: true },
  { kind: "write", weight: 16, make: changeOfData },
  { kind: "table-change", weight: 8, make: changeOfTables },
  { kind: "out-of-scope", weight: 6, make: notAboutIt },
  { kind: "injection", weight: 5, make: injection },
];
