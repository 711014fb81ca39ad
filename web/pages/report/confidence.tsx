/** Whether answers are right as often as their confidence says, by tenths of it. */
import { Group, SegmentedControl, Table, Text, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { Reliability } from "../../../src/serve/api-types.ts";
import { interval, percent } from "../../parts/figures.ts";
import { ShareScale } from "../../parts/share-scale.tsx";

const NAMES = { calibrated: "Calibrated", model: "Model's own" } as const;

type ConfidenceProps = { readonly confidence: readonly Reliability[] };

export function Confidence({ confidence }: ConfidenceProps): ReactNode {
  const [name, setName] = useState<string>(confidence[0]?.name ?? "");
  const chosen = confidence.find((one) => one.name === name);
  if (chosen === undefined) return null;
  const { n, bins, brier, error } = chosen;
  return (
    <section aria-labelledby="confidence">
      <Group justify="space-between" mb={4} gap="xs">
        <Title order={2} id="confidence">
          Confidence
        </Title>
        {confidence.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label="Confidence"
            value={name}
            onChange={setName}
            data={confidence.map((one) => ({ value: one.name, label: NAMES[one.name] }))}
          />
        )}
      </Group>
      <Text size="sm" c="dimmed" mb="xs">
        On {n} questions of the report: Brier score {brier.value.toFixed(3)} (95 % interval{" "}
        {brier.low.toFixed(3)} – {brier.high.toFixed(3)}), expected calibration error{" "}
        {percent(error)}. Where confidence is worth what it says, both columns agree.
      </Text>
      <Table.ScrollContainer minWidth={560}>
        <Table verticalSpacing={3} fz={13}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th className="number" w={130}>
                Mean confidence
              </Table.Th>
              <Table.Th className="number" w={60}>
                n
              </Table.Th>
              <Table.Th className="number" w={210}>
                Right, 95 % interval
              </Table.Th>
              <Table.Th>0 – 100 % (grey: confidence)</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {bins.map((bin) => (
              <Table.Tr key={bin.confidence}>
                <Table.Td className="number">{percent(bin.confidence)}</Table.Td>
                <Table.Td className="number">{bin.n}</Table.Td>
                <Table.Td className="number">
                  {percent(bin.score)}{" "}
                  <Text span size="xs" c="dimmed">
                    {interval(bin)}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <ShareScale value={bin.score} low={bin.low} high={bin.high} />
                  <ShareScale
                    value={bin.confidence}
                    low={bin.confidence}
                    high={bin.confidence}
                    tone="second"
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
