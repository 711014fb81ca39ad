/** What a run was made of; of two, the options in which they differ. */
import { Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { OptionValue, RunDetail } from "../../../src/serve/api-types.ts";
import { duration, percent, when } from "../../parts/figures.ts";

type Row = readonly [name: string, valueOf: (run: RunDetail) => string];

const rows: readonly Row[] = [
  ["state", ({ state }) => state],
  ["changed", ({ at }) => when(at)],
  ["base", ({ base }) => base?.name ?? "–"],
  ["version of the pairs", ({ dataVersion }) => dataVersion?.name ?? "–"],
  ["training pairs", ({ trained }) => (trained ? String(trained.pairs) : "–")],
  ["steps", ({ steps, of }) => `${steps} of ${of}`],
  ["time of the steps", ({ metrics }) => duration(metrics.reduce((sum, { ms }) => sum + ms, 0))],
  ["execution accuracy", ({ ex, n }) => (ex === null ? "–" : `${percent(ex)} (n = ${n})`)],
];

const textOf = (value: OptionValue | undefined): string =>
  value === undefined ? "–" : Array.isArray(value) ? value.join(", ") : String(value);

/** Of the options, those of training; where two runs are compared, any in which they differ. */
function optionRows(runs: readonly RunDetail[]): Row[] {
  const names = [...new Set(runs.flatMap(({ options }) => Object.keys(options)))];
  const shown =
    runs.length > 1
      ? names.filter((name) => new Set(runs.map(({ options }) => textOf(options[name]))).size > 1)
      : names.filter((name) => name.startsWith("train."));
  return shown.map((name) => [name, ({ options }) => textOf(options[name])]);
}

export function RunFacts({ runs }: { readonly runs: readonly RunDetail[] }): ReactNode {
  const options = optionRows(runs);
  const isPair = runs.length > 1;
  return (
    <section aria-labelledby="facts">
      <Title order={2} id="facts" mb={4}>
        {isPair ? "Side by side" : "The run"}
      </Title>
      <FactTable runs={runs} rows={rows} />
      <Text size="sm" fw={600} mt="md" mb={4}>
        {isPair ? "Options in which they differ" : "Options of training"}
      </Text>
      {options.length === 0 ? (
        <Text size="sm" c="dimmed">
          {isPair ? "They have the same options." : "The run has noted none."}
        </Text>
      ) : (
        <FactTable runs={runs} rows={options} />
      )}
    </section>
  );
}

const FactTable = ({
  runs,
  rows: shown,
}: {
  readonly runs: readonly RunDetail[];
  readonly rows: readonly Row[];
}): ReactNode => (
  <Table verticalSpacing={3} fz={13} w="auto" miw={420}>
    <Table.Thead>
      <Table.Tr>
        <Table.Th w={200}>Run</Table.Th>
        {runs.map(({ id }) => (
          <Table.Th key={id} className="mono">
            {id}
          </Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
    <Table.Tbody>
      {shown.map(([name, valueOf]) => (
        <Table.Tr key={name}>
          <Table.Th fw={400} c="dimmed" scope="row">
            {name}
          </Table.Th>
          {runs.map((run) => (
            <Table.Td key={run.id}>{valueOf(run)}</Table.Td>
          ))}
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
);
