/** What is wrong with the wrong answers, counted by class; a class shows its cases. */
import { Button, Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { RunReport } from "../../../src/serve/api-types.ts";
import { interval, percent } from "../../parts/figures.ts";
import { ShareScale } from "../../parts/share-scale.tsx";

type ErrorClassesProps = {
  readonly report: RunReport;
  readonly chosen: string | null;
  readonly onChoose: (name: string | null) => void;
};

export function ErrorClasses({ report, chosen, onChoose }: ErrorClassesProps): ReactNode {
  const { errorClasses, cases } = report;
  const wrong = errorClasses.reduce((sum, { n }) => sum + n, 0);
  const show = (name: string | null) => {
    onChoose(name);
    if (name !== null)
      document.querySelector("#cases")?.scrollIntoView({ behavior: "smooth", block: "start" });
  };
  return (
    <section aria-labelledby="classes">
      <Title order={2} id="classes" mb={4}>
        Error classes
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {wrong} of {cases.length} answers are wrong, those to refuse among them. Shares are of all{" "}
        {cases.length} questions.
      </Text>
      {wrong > 0 && (
        <Table.ScrollContainer minWidth={560}>
          <Table verticalSpacing={2} fz={13}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={200}>Class</Table.Th>
                <Table.Th className="number" w={60}>
                  Wrong
                </Table.Th>
                <Table.Th className="number" w={190}>
                  Share, 95 % interval
                </Table.Th>
                <Table.Th>0 – 100 %</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {errorClasses.map(({ name, n, share, low, high }) => (
                <Table.Tr key={name}>
                  <Table.Td>
                    <Button
                      size="compact-xs"
                      variant={chosen === name ? "filled" : "subtle"}
                      aria-pressed={chosen === name}
                      onClick={() => show(chosen === name ? null : name)}
                    >
                      {name}
                    </Button>
                  </Table.Td>
                  <Table.Td className="number">{n}</Table.Td>
                  <Table.Td className="number">
                    {percent(share)}{" "}
                    <Text span size="xs" c="dimmed">
                      {interval({ low, high })}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <ShareScale value={share} low={low} high={high} tone="second" />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  );
}
