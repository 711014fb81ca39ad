/** A field for SQL that knows the names of the schema. Its editor is loaded when the first is shown. */
import { Skeleton } from "@mantine/core";
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { useSchema } from "../queries.ts";
import type { SqlEditorProps } from "./sql-editor.tsx";

const SqlEditor = lazy(async () => ({ default: (await import("./sql-editor.tsx")).SqlEditor }));

export function SqlField(props: Omit<SqlEditorProps, "names" | "dialect">): ReactNode {
  const { data: schema } = useSchema();
  const names = useMemo(
    () =>
      Object.fromEntries(
        (schema?.tables ?? []).map(({ name, columns }) => [name, columns.map((one) => one.name)]),
      ),
    [schema],
  );
  return (
    <Suspense fallback={<Skeleton h={84} />}>
      <SqlEditor {...props} names={names} dialect={schema?.dialect} />
    </Suspense>
  );
}
