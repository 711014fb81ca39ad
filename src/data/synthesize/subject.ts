/**
 * What a question is about: the rows of one table, narrowed by conditions of their own and of a table they point to, as
 * a plural noun phrase ("unpaid invoices of customers in Texas") and as FROM and WHERE. Knows no aggregate.
 */
import { type Condition, conditionOn, drawCondition, kindOfRows } from "./conditions.ts";
import { chance, type Draw, entityOf, nounOf, phraseOf, pickWeighted, usesOf } from "./draw.ts";
import { listOf, singularOf } from "./english.ts";
import { preposition } from "./prepositions.ts";
import { createScope, type Join, type Scope } from "./select.ts";
import { quoteValue } from "../../sql/quote.ts";
import {
  type Entity,
  type Field,
  isKind,
  isNamed,
  isSpokenKey,
  type Link,
  namesPeople,
} from "./vocabulary.ts";

export type Subject = {
  readonly entity: Entity;
  readonly scope: Scope;
  readonly conditions: readonly Condition[];
  readonly connector: "AND" | "OR";
  readonly where: readonly string[];
  /** Plural: "unpaid invoices of customers in Texas". */
  readonly text: string;
  /** The same around what is asked of the rows, where that reads well: ["unpaid", "of customers in Texas"]. */
  readonly around?: readonly [string, string];
  readonly column: (field: Field) => string;
};

export type SubjectOptions = {
  /** Conditions on the table itself. */
  readonly conditions?: number;
  /** One more condition on a table that this one points to. */
  readonly isViaParent?: boolean;
  /** The link for it; drawn if left out. */
  readonly via?: Link;
  /** Joins that the question needs for what it returns. */
  readonly joins?: readonly Join[];
  /** Fields that conditions must leave alone. */
  readonly taken?: readonly Field[];
};

/** Links from a child to another table, declared ones more often. */
const parentLinks = (draw: Draw, entity: Entity): Link[] =>
  draw.vocabulary.links.filter(({ child }) => child === entity.name);

export function drawParentLink(draw: Draw, entity: Entity): Link | undefined {
  return pickWeighted(draw.rng, parentLinks(draw, entity), (link) => {
    const uses = draw.uses.get(link.parent) ?? 0;
    const isDivided = link.columns.every(({ child }) =>
      entity.fields.some(({ name, isDivision }) => isDivision && name === child),
    );
    const named = isNamed(entityOf(draw, link.parent)) ? 2 : 1;
    const origin = link.origin === "declared" ? 1 : 0.6;
    return (named * origin * (isDivided ? 0.3 : 1)) / (1 + uses) ** 0.2;
  });
}

/** How many conditions a question has, with the shares of real questions. */
export const drawConditionCount = (draw: Draw): number => {
  const roll = draw.rng.next();
  return roll < 0.12 ? 0 : roll < 0.55 ? 1 : roll < 0.9 ? 2 : 3;
};

/** Draws a subject, or nothing when the table has no column for the conditions wanted. */
export function drawSubject(
  draw: Draw,
  entity: Entity,
  { conditions: count = 0, isViaParent = false, via, joins = [], taken = [] }: SubjectOptions = {},
): Subject | undefined {
  const added = isViaParent ? (via ?? drawParentLink(draw, entity)) : undefined;
  if (isViaParent && added === undefined) return undefined;
  const isThere = joins.some(({ link }) => link === added);
  if (added && !isThere && joins.some(({ link }) => link.parent === added.parent)) return undefined;
  const allJoins = added && !isThere ? [...joins, { link: added, toParent: true }] : joins;
  const scope = createScope(entity.name, allJoins, draw.vocabulary.columnsOf);
  const column = (field: Field) => scope.column(field.table, field.name);
  const ends = allJoins.map(({ link }) => link.columns[link.columns.length - 1].child);
  const linked = entity.fields.filter(({ name }) => ends.includes(name));
  const own = drawConditions(draw, entity, column, count, [...taken, ...linked]);
  const parent = added && parentCondition(draw, added, column);
  if (own === undefined || (added && parent === undefined)) return undefined;
  const connector = own.length === 2 && !parent && chance(draw, 0.1) ? "OR" : "AND";
  const conditions = parent ? [...own, parent.condition] : own;
  const adjectives = parent?.adjective ? [parent.adjective] : [];
  const phrase = arrange(draw, entity, nounOf(draw, entity), own, connector, {
    adjectives,
    attached: parent?.text,
  });
  return {
    entity,
    scope,
    conditions,
    connector,
    where: conditions.map(({ sql }) => sql),
    text: phrase.text,
    ...(phrase.around && { around: phrase.around }),
    column,
  };
}

function drawConditions(
  draw: Draw,
  entity: Entity,
  column: (field: Field) => string,
  count: number,
  taken: readonly Field[],
): Condition[] | undefined {
  const result: Condition[] = [];
  // "Invoices and credits" are hardly ever meant together.
  const kind = chance(draw, 0.65) ? kindOfRows(entity) : undefined;
  const isOfKind = kind !== undefined && !taken.includes(kind);
  for (let i = 0; i < Math.max(count, isOfKind ? 1 : 0); i++) {
    const used = [...taken, ...result.flatMap(({ fields }) => fields)];
    const condition =
      i === 0 && isOfKind
        ? conditionOn(draw, entity, kind, column)
        : drawCondition(draw, entity, column, used);
    if (condition === undefined) return undefined;
    result.push(condition);
  }
  return result;
}

/** "of customers in Texas", "for customer Acme"; a short label stands before the noun: "Electrical". */
function parentCondition(
  draw: Draw,
  link: Link,
  column: (field: Field) => string,
): { condition: Condition; text?: string; adjective?: string } | undefined {
  const parent = entityOf(draw, link.parent);
  const named = chance(draw, 0.5) ? namedRow(draw, parent, column) : undefined;
  if (named && isKind(parent) && chance(draw, 0.7))
    return { condition: named, adjective: named.post };
  if (named) {
    const isName = parent.label.every(({ role }) => role === "name") && !link.noun.includes(" ");
    const name = isName && chance(draw, 0.45) ? named.post : `${link.noun} ${named.post}`;
    return { condition: named, text: `${draw.rng.pick(["for", "of"])} ${name}` };
  }
  const keys = parent.fields.filter(({ role }) => role === "key");
  const condition = drawCondition(draw, parent, column, keys);
  if (condition === undefined) return undefined;
  const noun = nounOf(draw, { ...parent, nouns: nounsOfLink(link, parent) });
  const text = describe(draw, parent, noun, [condition], "AND");
  return { condition, text: `${preposition(draw, noun)} ${text}` };
}

/** The child's word for its parent where it has one of its own. */
const nounsOfLink = (link: Link, parent: Entity): readonly string[] =>
  parent.nouns.some((noun) => singularOf(noun) === link.noun) ? parent.nouns : [`${link.noun}s`];

/** A condition that picks one row by what people call it; `post` is the bare name. */
export function namedRow(
  draw: Draw,
  entity: Entity,
  column: (field: Field) => string,
): Condition | undefined {
  const { label } = entity;
  if (entity.labelRows.length === 0) return undefined;
  const values = draw.rng.pick(entity.labelRows);
  const parts = label.map((field, index) => `${column(field)} = ${quoteValue(values[index])}`);
  const others = draw.rng.pick(entity.labelRows);
  return {
    sql: parts.join(" AND "),
    opposites: [
      label.map((field, index) => `${column(field)} = ${quoteValue(others[index])}`).join(" AND "),
    ].filter(() => others !== values),
    post: values.join(" "),
    clause: `that are ${values.join(" ")}`,
    fields: label,
  };
}

/** "Acme", "customer Acme"; a document's number never without what it is: "invoice 100194". */
export function rowName(draw: Draw, entity: Entity, values: readonly (number | string)[]): string {
  const [label] = entity.label;
  const name = values.join(" ");
  if (label.role === "ident") return `${label.phrases[0].replace(/ (number|code)$/, "")} ${name}`;
  return chance(draw, 0.5) ? name : `${singularOf(entity.nouns[0])} ${name}`;
}

/** What stands before and behind a noun beside its conditions. */
type Beside = { readonly adjectives?: readonly string[]; readonly attached?: string };

/** A noun with its conditions as adjectives, phrases and clauses around it. */
export const describe = (
  draw: Draw,
  entity: Entity,
  noun: string,
  conditions: readonly Condition[],
  connector: "AND" | "OR",
): string => arrange(draw, entity, noun, conditions, connector).text;

/** The words of `describe`, and those around the noun alone where they can stand around something else. */
function arrange(
  draw: Draw,
  entity: Entity,
  noun: string,
  conditions: readonly Condition[],
  connector: "AND" | "OR",
  { adjectives: first = [], attached = "" }: Beside = {},
): Pick<Subject, "text" | "around"> {
  if (connector === "OR") {
    const clauses = conditions.map(({ clause }) => relative(entity, clause));
    return { text: [...first, noun, clauses.join(" or ")].join(" ") };
  }
  const adjectives: string[] = [...first];
  const posts: string[] = [];
  let head = noun;
  for (const { adjective, noun: other, post, clause } of conditions) {
    if (other !== undefined && head === noun && chance(draw, 0.9)) head = other;
    else if (adjective && !startsAlike(adjective, noun) && chance(draw, 0.8))
      adjectives.unshift(adjective);
    else posts.push(relative(entity, chance(draw, 0.05) ? clause : post));
  }
  const comma = / (whose|that|who|with) /.test(attached) && posts.length > 0 ? "," : "";
  const owners = adjectives.filter((word) => word.endsWith("'s"));
  const before = [...owners, ...adjectives.filter((word) => !word.endsWith("'s"))].join(" ");
  const after = [attached + comma, joinPosts(posts)].filter(Boolean).join(" ");
  const text = [before, head, after].filter(Boolean).join(" ");
  const isFree = head === noun && posts.every((post) => FREE.test(post)) && !owners.length;
  return { text, ...(isFree && { around: [before, after] }) };
}

/** Phrases that can follow a figure as well as its rows: "hours on job 24-105". */
const FREE = /^(for|in|on|of|at|during|since|before|after|from|between|to date|up to) (?!the one)/;

const startsAlike = (adjective: string, noun: string): boolean =>
  adjective.split(" ")[0] === noun.split(" ")[0];

const relative = (entity: Entity, clause: string): string =>
  entity.isPerson ? clause.replace(/^that (are|have)\b/, "who $1") : clause;

const RANK: readonly RegExp[] = [
  /^(for|in|from|located|named|called) /,
  /^with /,
  /^(whose|that|who) /,
];
const rankOf = (post: string): number => {
  const index = RANK.findIndex((pattern) => pattern.test(post));
  return index === -1 ? 1.5 : index;
};

/** The short ones first; "and" between two of a kind. */
function joinPosts(posts: readonly string[]): string {
  const sorted = [...posts].sort((a, b) => rankOf(a) - rankOf(b));
  return sorted.map((post, index) => joined(sorted[index - 1], post)).join("");
}

function joined(before: string | undefined, post: string): string {
  if (before === undefined) return post;
  const [a, b] = [before.split(" ")[0], post.split(" ")[0]];
  if (a === "with" && b === "with") return ` and ${post.slice(5)}`;
  return a === b || rankOf(post) === 2 ? ` and ${post}` : ` ${post}`;
}

/** Columns to return, with the words for them. */
export type Projection = {
  readonly fields: readonly Field[];
  readonly columns: readonly string[];
  /** "name and city". */
  readonly text: string;
};

const SHOWN: Readonly<Partial<Record<Field["role"], number>>> = {
  ident: 1,
  name: 1.3,
  category: 1,
  code: 0.35,
  flag: 0.15,
  date: 1,
  month: 0.35,
  year: 0.8,
  measure: 1.6,
  text: 0.3,
};
/** How gladly a column is asked for: names, figures and dates rather than numbers of things. */
export const shownWeight = (field: Field): number =>
  field.role === "key"
    ? isSpokenKey(field)
      ? 0.5
      : 0.06
    : namesPeople(field)
      ? 3
      : (SHOWN[field.role] ?? 0);

/** The label or key, mostly, and up to `extra` other columns. */
export function drawProjection(
  draw: Draw,
  subject: Subject,
  options: { readonly extra?: number; readonly without?: readonly Field[] } = {},
): Projection | undefined {
  const { entity } = subject;
  const { extra = draw.rng.pick([0, 1, 1, 2]), without = [] } = options;
  const chosen: Field[] = [];
  const identity = entity.identity.filter((field) => !without.includes(field));
  if (chance(draw, 0.92) || extra === 0)
    chosen.push(...(entity.isPerson && chance(draw, 0.4) ? [...identity].reverse() : identity));
  for (let i = 0; i < extra; i++) {
    const field = pickWeighted(
      draw.rng,
      entity.fields.filter((one) => !chosen.includes(one) && !without.includes(one)),
      (one) => shownWeight(one) / (1 + usesOf(draw, one)) ** 0.5,
    );
    if (field && shownWeight(field) > 0) chosen.push(field);
  }
  return chosen.length === 0 ? undefined : projectionOf(draw, subject, chosen);
}

function projectionOf(draw: Draw, subject: Subject, fields: readonly Field[]): Projection {
  return {
    fields,
    columns: fields.map(subject.column),
    text: fieldsText(draw, fields),
  };
}

/** Columns that are shown together, in full or, where that tells them apart, by their last words: "number, amount". */
export function fieldsText(draw: Draw, fields: readonly Field[]): string {
  const phrases = chance(draw, 0.5)
    ? shortPhrases(draw, fields)
    : fields.map((field) => phraseOf(draw, field));
  const isFullName =
    /^(first|given) name$/.test(phrases[0]) && /^(last|family) name$/.test(phrases[1] ?? "");
  return listOf(isFullName ? ["first and last name", ...phrases.slice(2)] : phrases).replace(
    /^first and last name and /,
    "first name, last name and ",
  );
}

function shortPhrases(draw: Draw, fields: readonly Field[]): string[] {
  const money = fields.filter(({ isMoney }) => isMoney);
  const isAmount = money.length === 1 && chance(draw, 0.3);
  const short = fields.map((field) =>
    isAmount && field === money[0] ? "amount" : shortPhrase(draw, field),
  );
  return short.map((phrase, index) =>
    short.indexOf(phrase) === short.lastIndexOf(phrase) ? phrase : phraseOf(draw, fields[index]),
  );
}

/** "due date" → "date" where the table has no other; "invoice number" → "number" where that is what a row is called. */
export function shortPhrase(draw: Draw, field: Field): string {
  const { fields, label, isPerson } = entityOf(draw, field.table);
  const headOf = ({ phrases: [phrase] }: Field) => phrase.slice(phrase.lastIndexOf(" ") + 1);
  const head = headOf(field);
  const isLabel = label.length === 1 && label[0] === field;
  const isSole =
    field.role !== "key" &&
    !(isPerson && label.includes(field)) &&
    fields.every((other) => other === field || headOf(other) !== head);
  return isLabel || isSole ? head : phraseOf(draw, field);
}

/** "customer name": a field of the table that a link leads to, said from the child's side. */
export function parentPhrase(draw: Draw, link: Link, field: Field): string {
  const phrase = phraseOf(draw, field);
  const noun = link.noun.toLowerCase();
  if (phrase.toLowerCase().includes(noun)) return phrase;
  const [first, ...rest] = phrase.split(" ");
  return noun.endsWith(first) && rest.length > 0
    ? `${link.noun} ${rest.join(" ")}`
    : `${link.noun} ${phrase}`;
}
