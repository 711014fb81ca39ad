/** One table: its columns with types and keys, and what is written of each, to be changed in place. */
import { Anchor, CloseButton, Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { DescribedColumn, DescribedTable } from "../../../src/serve/api-types.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { NoteText } from "./note-text.tsx";
import { noteOf, useNotes } from "./notes.ts";
import classes from "./schema.module.css";

export type TableDetailsProps = {
  readonly table: DescribedTable;
  readonly tables: readonly DescribedTable[];
  /** The reader may change notes. */
  readonly mayWrite: boolean;
  readonly onSelect: (name: string | undefined) => void;
};

export function TableDetails({ table, tables, mayWrite, onSelect }: TableDetailsProps): ReactNode {
  const notes = useNotes(mayWrite);
  const { name, kind, comment, columns, foreignKeys } = table;
  const pointers = tables.filter(
    (other) => other.name !== name && other.foreignKeys.some(({ refTable }) => refTable === name),
  );
  const noteAt = (column: string | undefined, said: string | undefined) => (
    <NoteText
      table={name}
      column={column}
      said={said}
      note={noteOf(notes.data, name, column)}
      hash={mayWrite ? notes.data?.hash : undefined}
    />
  );
  return (
    <section aria-label={`Table ${name}`} className={classes.details}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={2} className={classes.detailsTitle}>
          {name}
          {kind === "view" && <span className={classes.kind}>view</span>}
        </Title>
        <CloseButton aria-label="Close the table" onClick={() => onSelect(undefined)} />
      </Group>
      {noteAt(undefined, comment)}
      {notes.error && <ErrorNote error={notes.error} title="The notes cannot be read" />}
      <ul className={classes.columns}>
        {columns.map((column) => (
          <li key={column.name} className={classes.column}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm" fw={column.primaryKey > 0 ? 600 : 400} className={classes.columnName}>
                {column.name}
              </Text>
              <Text size="xs" c="dimmed" className="mono">
                {typeText(column)}
              </Text>
            </Group>
            {foreignKeys
              .filter((key) => key.columns.includes(column.name))
              .map((key) => (
                <Text key={key.refTable} size="xs">
                  →{" "}
                  <Anchor component="button" inherit onClick={() => onSelect(key.refTable)}>
                    {key.refTable}.{key.refColumns[key.columns.indexOf(column.name)]}
                  </Anchor>
                </Text>
              ))}
            {noteAt(column.name, column.comment)}
          </li>
        ))}
      </ul>
      {pointers.length > 0 && (
        <Text size="sm" mt="sm">
          <Text span c="dimmed" inherit>
            Pointed at by{" "}
          </Text>
          {pointers.map((other, at) => (
            <span key={other.name}>
              {at > 0 && ", "}
              <Anchor component="button" inherit onClick={() => onSelect(other.name)}>
                {other.name}
              </Anchor>
            </span>
          ))}
        </Text>
      )}
    </section>
  );
}

function typeText({ type, primaryKey, notNull }: DescribedColumn): string {
  const marks = [primaryKey > 0 && "key", notNull && primaryKey === 0 && "not null"];
  return [type.toLowerCase(), ...marks].filter(Boolean).join(" · ");
}
