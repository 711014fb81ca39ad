/** The first rows that a statement returns, for a look beside it. Asks the service, once for each statement. */
import { Skeleton, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Rows } from "../../src/serve/api-types.ts";
import { type ApiError, call } from "../client.ts";
import { useProject } from "../queries.ts";
import { count } from "./figures.ts";

const MOST_ROWS = 8;
const KEPT_MS = 300_000;

export type RowsShownProps = {
  readonly sql: string;
  /** Whose rows, for who does not see them: "First rows of the gold". */
  readonly label: string;
};

export function RowsShown({ sql, label }: RowsShownProps): ReactNode {
  const scopes = useProject().data?.reader.scopes ?? [];
  const { data, error } = useQuery<Rows, ApiError>({
    queryKey: ["rows", sql],
    queryFn: ({ signal }) => call<Rows>("v1/execute", { body: { sql }, signal }),
    enabled: scopes.includes("execute"),
    staleTime: KEPT_MS,
    retry: false,
  });
  if (!scopes.includes("execute")) return null;
  if (error)
    return (
      <Text size="sm" c="var(--t2s-wrong)">
        {error.message}
      </Text>
    );
  if (data === undefined) return <Skeleton h={60} />;
  const isNumber = (at: number) => data.rows.some((row) => typeof row[at] === "number");
  const more = data.rows.length - MOST_ROWS;
  return (
    <div>
      <Table.ScrollContainer
        minWidth={0}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": label } }}
      >
        <Table withTableBorder verticalSpacing={4} horizontalSpacing="sm" fz={13} layout="auto">
          <Table.Thead>
            <Table.Tr>
              {data.columns.map((name, at) => (
                <Table.Th key={at} className={isNumber(at) ? "number" : undefined}>
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.rows.slice(0, MOST_ROWS).map((row, index) => (
              <Table.Tr key={index}>
                {row.map((cell, at) => (
                  <Table.Td key={at} className={typeof cell === "number" ? "number" : undefined}>
                    {cell === null ? (
                      <Text span size="xs" c="dimmed">
                        NULL
                      </Text>
                    ) : (
                      String(cell)
                    )}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed" mt={4}>
        {data.truncated
          ? `the first ${count(data.rows.length, "row")}`
          : count(data.rows.length, "row")}
        {more > 0 && `, ${MOST_ROWS} shown`}
      </Text>
    </div>
  );
}
