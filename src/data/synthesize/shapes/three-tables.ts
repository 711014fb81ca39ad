/** Three tables in one question: along two links in a row, or from one table to two others. */
import {
  chance,
  type Draft,
  type Draw,
  entityOf,
  nounOf,
  pickField,
  pickLink,
  pickWeighted,
} from "../draw.ts";
import { pluralOf, singularOf } from "../english.ts";
import { printSelect } from "../select.ts";
import {
  describe,
  drawSubject,
  fieldsText,
  namedRow,
  parentPhrase,
  type Subject,
} from "../subject.ts";
import { drawCondition } from "../conditions.ts";
import type { Entity, Link } from "../vocabulary.ts";
import { askForCount, askForRows, finish, terse } from "../wording.ts";
import { aggregateText, figureText } from "./aggregates.ts";
import { sourceOf, toDraft } from "./draft.ts";

/** Two links in a row, or two links of one table: three tables. */
type Pair = { readonly first: Link; readonly second: Link; readonly isChain: boolean };

function drawPair(draw: Draw): Pair | undefined {
  const first = pickLink(draw, ({ origin }) => origin === "declared");
  if (!first) return undefined;
  const { links } = draw.vocabulary;
  const others = links.filter(
    (link) =>
      link !== first &&
      (link.child === first.child || link.child === first.parent) &&
      link.parent !== first.parent &&
      link.parent !== first.child,
  );
  const second = pickWeighted(draw.rng, others, ({ origin }) => (origin === "declared" ? 1 : 0.25));
  if (!second) return undefined;
  const isChain = second.child === first.parent;
  const hasDirect =
    isChain && links.some((link) => link.child === first.child && link.parent === second.parent);
  return hasDirect ? undefined : { first, second, isChain };
}

/** A figure of the first table for one row of the last. */
export function throughTwo(draw: Draw): Draft | undefined {
  const pair = drawPair(draw);
  if (!pair) return undefined;
  const { first, second, isChain } = pair;
  const child = entityOf(draw, first.child);
  const last = entityOf(draw, second.parent);
  const subject = drawSubject(draw, child, {
    joins: [
      { link: first, toParent: true },
      { link: second, toParent: true },
    ],
  });
  const condition =
    subject &&
    (chance(draw, 0.6)
      ? namedRow(draw, last, subject.column)
      : drawCondition(draw, last, subject.column));
  if (!condition) return undefined;
  const isNamed = condition.clause === `that are ${condition.post}`;
  const where = isNamed
    ? `for ${second.noun} ${condition.post}`
    : `for ${describe(draw, last, last.nouns[0], [condition], "AND")}`;
  const narrowed: Subject = {
    ...subject,
    conditions: [condition],
    where: [condition.sql],
    text: `${subject.text} ${where}`,
  };
  const middle = entityOf(draw, first.parent);
  if (isChain) return countThrough(draw, narrowed, child);
  return middle.label.length > 0 ? namesThrough(draw, narrowed, first, middle, where) : undefined;
}

function countThrough(draw: Draw, subject: Subject, child: Entity): Draft {
  const measure = chance(draw, 0.6)
    ? pickField(draw, child.fields, ({ role }) => role === "measure")
    : undefined;
  if (measure === undefined)
    return toDraft(askForCount(draw.rng, subject.text), subject, {
      columns: ["COUNT(*)"],
      ...sourceOf(subject),
    });
  const kind = measure.isAdditive ? "SUM" : "AVG";
  const text = `the ${aggregateText(draw, kind, measure)} of ${subject.text}`;
  const question = draw.rng.pick([
    () => finish(draw.rng, `What is ${text}`, "?"),
    () => finish(draw.rng, `Show ${text}`, "."),
    () => terse(draw.rng, text),
    () => finish(draw.rng, `How much is ${text}`, "?"),
  ])();
  return toDraft(
    question,
    subject,
    { columns: [`${kind}(${subject.column(measure)})`], ...sourceOf(subject) },
    { fields: [measure] },
  );
}

/** The rows of one parent that share children with a row of the other: "employees with timesheets for job X". */
function namesThrough(
  draw: Draw,
  subject: Subject,
  link: Link,
  middle: Entity,
  where: string,
): Draft {
  const { rng } = draw;
  const nouns = pluralOf(link.noun);
  const text = fieldsText(draw, middle.label);
  const children = nounOf(draw, subject.entity);
  const link2 = subject.entity.isJunction
    ? where.replace(/^for /, "linked to ")
    : `${rng.pick(["with", middle.isPerson ? "who have" : "that have"])} ${children} ${where}`;
  const question = rng.pick([
    () => askForRows(rng, `the ${text} of the ${nouns} ${link2}`),
    () =>
      finish(
        rng,
        `Which ${nouns} ${subject.entity.isJunction ? where.replace(/^for /, "are linked to ") : `have ${children} ${where}`}? List each ${text} once`,
        ".",
      ),
    () => askForRows(rng, `the distinct ${text} of ${nouns} ${link2}`),
    () => terse(rng, `${text} of ${nouns} ${link2}, no repeats`),
  ])();
  const columns = middle.label.map(subject.column);
  const plain = printSelect({ distinct: true, columns, from: subject.scope.from });
  const draft = toDraft(
    question,
    subject,
    { distinct: true, columns, ...sourceOf(subject) },
    { fields: middle.label, neighbours: [plain] },
  );
  return {
    ...draft,
    neighbours: draft.neighbours.filter((statement) => statement.startsWith("SELECT DISTINCT")),
  };
}

/** A figure of the first table for each row of the third. */
export function groupThroughTwo(draw: Draw): Draft | undefined {
  const pair = drawPair(draw);
  const last = pair && entityOf(draw, pair.second.parent);
  if (!pair || !last || last.label.length === 0) return undefined;
  const { first, second, isChain } = pair;
  const child = entityOf(draw, first.child);
  const subject = drawSubject(draw, child, {
    joins: [
      { link: first, toParent: true },
      { link: second, toParent: true },
    ],
  });
  if (!subject) return undefined;
  const middle = entityOf(draw, first.parent);
  const condition =
    isChain && chance(draw, 0.5)
      ? undefined
      : drawCondition(
          draw,
          middle,
          subject.column,
          middle.fields.filter(({ role }) => role === "key"),
        );
  if (!isChain && !condition) return undefined;
  const measure = chance(draw, 0.8)
    ? pickField(draw, child.fields, ({ isAdditive }) => isAdditive)
    : undefined;
  const of = condition
    ? ` of ${describe(draw, middle, singularOf(middle.nouns[0]) === first.noun ? middle.nouns[0] : pluralOf(first.noun), [condition], "AND")}`
    : "";
  const text = measure
    ? `${figureText(draw, subject, "SUM", measure)}${of}`
    : `number of ${subject.text}${of}`;
  const name = last.isPerson
    ? `${second.noun}'s first and last name`
    : parentPhrase(draw, second, last.label[0]);
  const { rng } = draw;
  const question = rng.pick([
    () => askForRows(rng, `the ${text} ${rng.pick(["per", "for each", "by"])} ${name}`),
    () => terse(rng, `${text} by ${name}`),
    () => terse(rng, `${text} per ${name}`),
  ])();
  const keys = last.label.map(subject.column);
  const narrowed = condition
    ? { ...subject, conditions: [condition], where: [condition.sql] }
    : subject;
  return toDraft(
    question,
    narrowed,
    {
      columns: [...keys, measure ? `SUM(${subject.column(measure)})` : "COUNT(*)"],
      ...sourceOf(narrowed),
      groupBy: keys,
    },
    { fields: [...last.label, ...(measure ? [measure] : [])] },
  );
}
