/** Schema: the tables as a list and as a picture, what each holds, and what people wrote about it. */
import { Loader, TextInput, UnstyledButton } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from "react";
import type { DescribedTable, SchemaAnswer } from "../../../src/serve/api-types.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { count } from "../../parts/figures.ts";
import { Icon } from "../../parts/icons.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useSchema, useScopes } from "../../queries.ts";
import { useShortcuts } from "../../shortcuts.tsx";
import { NotesFile } from "./notes-file.tsx";
import { Picture } from "./picture.tsx";
import classes from "./schema.module.css";
import { TableDetails } from "./table-details.tsx";

export function SchemaPage(): ReactNode {
  const { data, error, refetch } = useSchema();
  if (error && !data)
    return (
      <>
        <PageHead title="Schema" />
        <ErrorNote
          title="The schema cannot be shown"
          error={error}
          onRetry={() => void refetch()}
        />
      </>
    );
  if (data === undefined) return <Loader size="sm" aria-label="Loading" />;
  return <ShownSchema {...data} />;
}

function ShownSchema({ tables, dialect }: SchemaAnswer): ReactNode {
  const [wanted, setWanted] = useState("");
  const [selected, setSelected] = useState<string>();
  const mayWrite = useScopes().includes("notes");
  const field = useRef<HTMLInputElement>(null);
  useShortcuts("Schema", [
    { keys: "/", label: "Find a table or column", run: () => field.current?.focus() },
    { keys: "Escape", label: "Close the table", run: () => setSelected(undefined) },
  ]);
  const matching = useMemo(
    () => tables.filter((table) => matches(table, wanted)),
    [tables, wanted],
  );
  const names = useMemo(() => new Set(matching.map(({ name }) => name)), [matching]);
  const table = tables.find(({ name }) => name === selected);
  const columns = tables.reduce((sum, { columns: own }) => sum + own.length, 0);
  const onEnter = ({ key }: KeyboardEvent) => {
    if (key === "Enter" && matching.length > 0) setSelected(matching[0].name);
  };
  return (
    <div className={classes.page}>
      <PageHead title="Schema" actions={mayWrite && <NotesFile />}>
        {count(tables.length, "table")}, {count(columns, "column")}, {dialect}
      </PageHead>
      <div className={table === undefined ? classes.panes : classes.panesWithDetails}>
        <nav aria-label="Tables" className={classes.side}>
          <TextInput
            ref={field}
            size="xs"
            aria-label="Find a table or column"
            placeholder="Find a table or column"
            leftSection={<Icon name="search" size={14} />}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
            onKeyDown={onEnter}
          />
          <ul className={classes.list}>
            {matching.map(({ name, kind, comment }) => (
              <li key={name}>
                <UnstyledButton
                  className={classes.item}
                  data-selected={name === selected || undefined}
                  aria-pressed={name === selected}
                  title={comment}
                  onClick={() => setSelected(name === selected ? undefined : name)}
                >
                  {name}
                  {kind === "view" && <span className={classes.kind}>view</span>}
                </UnstyledButton>
              </li>
            ))}
            {matching.length === 0 && <li className={classes.none}>Nothing is named so.</li>}
          </ul>
        </nav>
        <Picture tables={tables} matching={names} selected={selected} onSelect={setSelected} />
        {table && (
          <TableDetails
            key={table.name}
            table={table}
            tables={tables}
            mayWrite={mayWrite}
            onSelect={setSelected}
          />
        )}
      </div>
    </div>
  );
}

function matches({ name, comment = "", columns }: DescribedTable, wanted: string): boolean {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [name, comment, ...columns.flatMap((one) => [one.name, one.comment ?? ""])]
    .join(" ")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}
