/** How right the models of a run are before and after training, each with n and interval, on one scale. */
import { Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { RunDetail } from "../../../src/serve/api-types.ts";
import { interval, percent } from "../../parts/figures.ts";
import { PairedText } from "../../parts/paired-text.tsx";
import { ShareScale } from "../../parts/share-scale.tsx";

const models = [
  ["base", "base, before training"],
  ["fewShot", "base + solved examples"],
  ["tuned", "tuned, as deployed"],
] as const;

export function Accuracy({ runs }: { readonly runs: readonly RunDetail[] }): ReactNode {
  const measured = runs.filter(({ report }) => report !== undefined);
  return (
    <section aria-labelledby="accuracy">
      <Title order={2} id="accuracy" mb={4}>
        Execution accuracy
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        Measured when a run has ended, on questions kept out of every choice. The bar is the 95 %
        interval (Wilson), on a scale from 0 to 100 %.
      </Text>
      {measured.length === 0 ? (
        <Text size="sm">
          Not measured yet: <code>t2s run eval</code> does it.
        </Text>
      ) : (
        <Table verticalSpacing={4} fz={13}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={150}>Run</Table.Th>
              <Table.Th w={200}>Model</Table.Th>
              <Table.Th className="number" w={60}>
                n
              </Table.Th>
              <Table.Th className="number" w={80}>
                EX
              </Table.Th>
              <Table.Th className="number" w={130}>
                95 % interval
              </Table.Th>
              <Table.Th>0 – 100 %</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{measured.map((run) => rowsOf(run))}</Table.Tbody>
        </Table>
      )}
      {measured.map(
        ({ id, report }) =>
          report && (
            <Text key={id} size="sm" mt={6}>
              <span className="mono">{id}</span> · <PairedText {...report.paired} />
            </Text>
          ),
      )}
    </section>
  );
}

const rowsOf = ({ id, report }: RunDetail): ReactNode =>
  models.map(([name, title]) => {
    const figures = report?.[name];
    return (
      figures && (
        <Table.Tr key={`${id} ${name}`}>
          <Table.Td className="mono">{name === "base" && id}</Table.Td>
          <Table.Td>{title}</Table.Td>
          <Table.Td className="number">{figures.n}</Table.Td>
          <Table.Td className="number" fw={name === "tuned" ? 600 : undefined}>
            {percent(figures.ex)}
          </Table.Td>
          <Table.Td className="number">{interval(figures)}</Table.Td>
          <Table.Td>
            <ShareScale
              value={figures.ex}
              low={figures.low}
              high={figures.high}
              tone={name === "tuned" ? "first" : "second"}
            />
          </Table.Td>
        </Table.Tr>
      )
    );
  });
