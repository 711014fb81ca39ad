/** Accuracy by what the golds and questions are like, tuned and base on one scale. */
import { Group, SegmentedControl, Table, Text, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { RunReport, Score } from "../../../src/serve/api-types.ts";
import { interval, percent } from "../../parts/figures.ts";
import { ShareScale } from "../../parts/share-scale.tsx";
import classes from "./report.module.css";

type GroupingsProps = Pick<RunReport, "groupings">;

export function Groupings({ groupings }: GroupingsProps): ReactNode {
  const [title, setTitle] = useState(groupings[0]?.title ?? "");
  const chosen = groupings.find((one) => one.title === title);
  if (chosen === undefined) return null;
  const hasBase = chosen.groups.some(({ base }) => base !== undefined);
  return (
    <section aria-labelledby="groupings">
      <Group justify="space-between" mb={4} gap="xs">
        <Title order={2} id="groupings">
          Accuracy by
        </Title>
        <SegmentedControl
          size="xs"
          aria-label="Accuracy by"
          value={title}
          onChange={setTitle}
          data={groupings.map((one) => one.title)}
        />
      </Group>
      <Text size="sm" c="dimmed" mb="xs">
        {chosen.note}. {hasBase && "Blue: tuned; grey: base, on the same questions. "}Bars are 95 %
        intervals (Wilson), on a scale from 0 to 100 %.
      </Text>
      <Table.ScrollContainer minWidth={680}>
        <Table verticalSpacing={3} fz={13}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={170}>{chosen.title}</Table.Th>
              <Table.Th className="number" w={50}>
                n
              </Table.Th>
              <Table.Th className="number" w={190}>
                Tuned
              </Table.Th>
              {hasBase && (
                <Table.Th className="number" w={190}>
                  Base
                </Table.Th>
              )}
              <Table.Th>0 – 100 %</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {chosen.groups.map(({ title: name, tuned, base }) => (
              <Table.Tr key={name}>
                <Table.Th fw={400} scope="row">
                  {name}
                </Table.Th>
                <Table.Td className="number">{tuned.n}</Table.Td>
                <Table.Td className="number">
                  <ScoreText score={tuned} />
                </Table.Td>
                {hasBase && (
                  <Table.Td className="number">{base && <ScoreText score={base} />}</Table.Td>
                )}
                <Table.Td className={classes.scales}>
                  <ShareScale value={tuned.score} low={tuned.low} high={tuned.high} />
                  {base && (
                    <ShareScale value={base.score} low={base.low} high={base.high} tone="second" />
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}

const ScoreText = ({ score }: { readonly score: Score }): ReactNode => (
  <>
    {percent(score.score)}{" "}
    <Text span size="xs" c="dimmed">
      {interval(score)}
    </Text>
  </>
);
