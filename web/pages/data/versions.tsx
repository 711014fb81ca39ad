/** The versions that the pairs have had, and what differs between two of them. */
import { Group, Select, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { Fragment, type ReactNode, useState } from "react";
import type { BriefPair, DataDiff, DataVersion } from "../../../src/serve/api-types.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { count, when } from "../../parts/figures.ts";
import { useDiff, useVersions } from "./data-queries.ts";
import classes from "./data.module.css";

export function Versions(): ReactNode {
  const { data, error, refetch } = useVersions();
  const [chosen, setChosen] = useState<{ before?: string; after?: string }>({});
  if (error && !data)
    return (
      <ErrorNote
        title="The versions cannot be shown"
        error={error}
        onRetry={() => void refetch()}
      />
    );
  if (data === undefined) return <Skeleton h={300} />;
  const { versions } = data;
  if (versions.length === 0)
    return (
      <Text>
        There is no version yet. <code>t2s data generate</code> makes pairs and keeps them.
      </Text>
    );
  const [after, before] = twoOf(versions);
  const pair = { before: chosen.before ?? before?.name, after: chosen.after ?? after?.name };
  const names = versions.map(({ name }) => name);
  return (
    <Stack gap="lg">
      <VersionTable versions={versions} />
      {versions.length > 1 && (
        <section aria-labelledby="difference">
          <Title order={2} id="difference" mb="xs">
            Difference
          </Title>
          <Group gap="xs" mb="sm">
            <Select
              label="Before"
              size="xs"
              data={names}
              value={pair.before ?? null}
              allowDeselect={false}
              onChange={(name) => setChosen({ ...pair, before: name ?? undefined })}
            />
            <Select
              label="After"
              size="xs"
              data={names}
              value={pair.after ?? null}
              allowDeselect={false}
              onChange={(name) => setChosen({ ...pair, after: name ?? undefined })}
            />
          </Group>
          <Difference {...pair} />
        </section>
      )}
    </Stack>
  );
}

/** The newest, and the one before it of the same kind; else whatever there is. */
function twoOf(versions: readonly DataVersion[]): readonly (DataVersion | undefined)[] {
  const cleaned = versions.filter(({ kind }) => kind === "cleaned");
  return cleaned.length > 1 ? cleaned : versions;
}

const VersionTable = ({ versions }: { readonly versions: readonly DataVersion[] }): ReactNode => (
  <Table.ScrollContainer minWidth={720}>
    <Table verticalSpacing={6} fz={13}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={190}>Version</Table.Th>
          <Table.Th w={150}>Made</Table.Th>
          <Table.Th className="number">Pairs</Table.Th>
          <Table.Th className="number" w={160}>
            Train / dev / test
          </Table.Th>
          <Table.Th>From</Table.Th>
          <Table.Th>By</Table.Th>
          <Table.Th>MD5</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {versions.map(({ name, at, n, splits, parent, madeBy, hash, isCurrent }) => (
          <Table.Tr key={name}>
            <Table.Td fw={isCurrent ? 600 : undefined}>
              {name}
              {isCurrent && (
                <Text span size="xs" c="dimmed">
                  {" "}
                  in the folder
                </Text>
              )}
            </Table.Td>
            <Table.Td>{when(at)}</Table.Td>
            <Table.Td className="number">{n}</Table.Td>
            <Table.Td className="number">
              {splits ? `${splits.train} / ${splits.dev} / ${splits.test}` : "–"}
            </Table.Td>
            <Table.Td>{parent ?? "–"}</Table.Td>
            <Table.Td>
              <Text size="xs" lineClamp={2}>
                {madeBy}
              </Text>
            </Table.Td>
            <Table.Td className="mono">{hash.slice(0, 8)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  </Table.ScrollContainer>
);

function Difference({ before, after }: { before?: string; after?: string }): ReactNode {
  const { data, error } = useDiff(before, after);
  if (error && !data) return <ErrorNote title="They cannot be compared" error={error} />;
  if (data === undefined) return <Skeleton h={120} />;
  const { counts, added, removed, changed } = data;
  return (
    <Stack gap="md">
      <Text size="sm" aria-live="polite">
        {data.before} → {data.after}: {counts.added} added, {counts.removed} removed,{" "}
        {counts.changed} changed, {counts.unchanged} as before
      </Text>
      <TableCounts tables={data.tables} />
      <Pairs title="Changed" shown={changed.length} n={counts.changed}>
        {changed.map((pair) => (
          <Change key={pair.id} pair={pair} />
        ))}
      </Pairs>
      <Pairs title="Added" shown={added.length} n={counts.added}>
        {added.map((pair) => (
          <Brief key={pair.id} pair={pair} sign="+" />
        ))}
      </Pairs>
      <Pairs title="Removed" shown={removed.length} n={counts.removed}>
        {removed.map((pair) => (
          <Brief key={pair.id} pair={pair} sign="−" />
        ))}
      </Pairs>
    </Stack>
  );
}

function TableCounts({ tables }: { readonly tables: DataDiff["tables"] }): ReactNode {
  const differ = Object.entries(tables)
    .filter(([, { before, after }]) => before !== after)
    .sort(([, a], [, b]) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before));
  if (differ.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600}>
        Answers by table
      </Text>
      <Table w="auto" verticalSpacing={3} fz={13}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Table</Table.Th>
            <Table.Th className="number">Before</Table.Th>
            <Table.Th className="number">After</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {differ.map(([name, { before, after }]) => (
            <Table.Tr key={name}>
              <Table.Td>{name}</Table.Td>
              <Table.Td className="number">{before}</Table.Td>
              <Table.Td className="number">{after}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

type PairsProps = {
  readonly title: string;
  readonly shown: number;
  readonly n: number;
  readonly children: ReactNode;
};

const Pairs = ({ title, shown, n, children }: PairsProps): ReactNode =>
  n === 0 ? null : (
    <details open={n <= 20}>
      <summary>
        {title} ({count(n, "pair")}
        {shown < n && `, the first ${shown}`})
      </summary>
      <Stack gap={8} mt={8}>
        {children}
      </Stack>
    </details>
  );

const Brief = ({ pair, sign }: { readonly pair: BriefPair; readonly sign: string }): ReactNode => (
  <div className={classes.change}>
    <span className={sign === "+" ? classes.after : classes.before}>{sign}</span>
    <span>
      {pair.question}{" "}
      <Text span size="xs" c="dimmed" className="mono">
        {pair.sql || pair.refusal}
      </Text>
    </span>
  </div>
);

function Change({ pair }: { readonly pair: DataDiff["changed"][number] }): ReactNode {
  const fields = Object.keys(pair.after) as (keyof typeof pair.after)[];
  return (
    <div>
      <Text size="xs" c="dimmed">
        {pair.id}
      </Text>
      {fields.map((field) => (
        <Fragment key={field}>
          <div className={classes.change}>
            <span className={classes.before}>−</span>
            <span>
              {field}: {pair.before[field] || "nothing"}
            </span>
          </div>
          <div className={classes.change}>
            <span className={classes.after}>+</span>
            <span>
              {field}: {pair.after[field] || "nothing"}
            </span>
          </div>
        </Fragment>
      ))}
    </div>
  );
}
