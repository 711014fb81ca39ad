/** The rows that a statement returns, for a look beside it. Asks the service, once for each statement. */
import { Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Rows } from "../../src/serve/api-types.ts";
import { type ApiError, call } from "../client.ts";
import { useScopes } from "../queries.ts";
import { count } from "./figures.ts";
import { ResultTable } from "./result-table.tsx";
import classes from "./rows-shown.module.css";

const KEPT_MS = 300_000;

export type RowsShownProps = {
  readonly sql: string;
  /** Whose rows, for who does not see them: "Rows of the gold". */
  readonly label: string;
};

export function RowsShown({ sql, label }: RowsShownProps): ReactNode {
  const mayExecute = useScopes().includes("execute");
  const { data, error } = useQuery<Rows, ApiError>({
    queryKey: ["rows", sql],
    queryFn: ({ signal }) => call<Rows>("v1/execute", { body: { sql }, signal }),
    enabled: mayExecute,
    staleTime: KEPT_MS,
    retry: false,
  });
  if (!mayExecute) return null;
  if (error && !data)
    return (
      <Text size="sm" c="var(--t2s-wrong)">
        {error.message}
      </Text>
    );
  if (data === undefined) return <Skeleton h={60} />;
  return (
    <div className={classes.short}>
      <ResultTable result={data} label={label} />
      <Text size="xs" c="dimmed" mt={4}>
        {count(data.rows.length, "row")}
        {data.truncated && " fetched, there are more"}
      </Text>
    </div>
  );
}
