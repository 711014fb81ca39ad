/** From the parts of a statement and a question to a draft: neighbours are derived here, once for all shapes. */
import type { Draft } from "../draw.ts";
import { neighboursOf } from "../draw.ts";
import { printSelect, type Select } from "../select.ts";
import type { Subject } from "../subject.ts";
import type { Field } from "../vocabulary.ts";

export type DraftOptions = {
  readonly fields?: readonly Field[];
  readonly neighbours?: readonly string[];
  readonly tie?: string;
  readonly tables?: readonly string[];
};

/** A draft about a subject; `select` holds the subject's own FROM and WHERE. */
export function toDraft(
  question: string,
  subject: Subject,
  select: Select,
  { fields = [], neighbours = [], tie, tables = [] }: DraftOptions = {},
): Draft {
  const others = [...neighboursOf(select), ...oppositesOf(subject, select)].map(printSelect);
  return {
    question,
    sql: printSelect(select),
    neighbours: [...others, ...neighbours],
    ...(tie && { tie }),
    isOrdered: (select.orderBy?.length ?? 0) > 0,
    tables: [...subject.scope.tables, ...tables],
    fields: [...fields, ...subject.conditions.flatMap((condition) => condition.fields)],
  };
}

/** The statement with one condition turned into its opposite. */
const oppositesOf = ({ conditions, where }: Subject, select: Select): Select[] =>
  conditions.flatMap(({ opposites }, index) =>
    opposites.slice(0, 1).flatMap((opposite) => {
      const at = select.where?.indexOf(where[index]) ?? -1;
      return at === -1 ? [] : [{ ...select, where: select.where?.with(at, opposite) }];
    }),
  );

/** FROM and WHERE of a subject. */
export const sourceOf = (subject: Subject): Pick<Select, "from" | "where" | "connector"> => ({
  from: subject.scope.from,
  where: subject.where,
  connector: subject.connector,
});

/** A query of two rows, the last one kept and the first one cut off, that must differ in `value`. */
export const tieOf = (select: Select, value: string): string =>
  `${printSelect({ ...select, distinct: false, columns: [value], limit: undefined })} LIMIT 2 OFFSET ${(select.limit ?? 1) - 1}`;
