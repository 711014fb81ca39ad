/** The three models side by side: accuracy with n and interval, the paired difference, and the other rates. */
import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Figures as ModelFigures, RunReport } from "../../../src/serve/api-types.ts";
import { interval, percent } from "../../parts/figures.ts";
import { PairedText } from "../../parts/paired-text.tsx";
import { ShareScale } from "../../parts/share-scale.tsx";
import classes from "./report.module.css";

const models = [
  ["base", "Base"],
  ["fewShot", "Base + solved examples"],
  ["tuned", "Tuned, as deployed"],
] as const;

/** A share of questions with its count. */
const shareOf = (share: number, n: number): string =>
  `${percent(share)} (${Math.round(share * n)} of ${n})`;

/** `toRefuse` questions have no answer. */
type Rate = readonly [title: string, valueOf: (figures: ModelFigures, toRefuse: number) => string];

const rates: readonly Rate[] = [
  ["SQL that does not run", ({ notRun, n }) => shareOf(notRun, n)],
  ["names tables or columns that do not exist", ({ unknownNames, n }) => shareOf(unknownNames, n)],
  ["refuses what has an answer", ({ wronglyRefused, n }) => shareOf(wronglyRefused, n)],
  [
    "refuses what is to be refused",
    ({ refusalRecall }, toRefuse) =>
      refusalRecall === null ? "–" : shareOf(refusalRecall, toRefuse),
  ],
  ["seconds a question", ({ secondsPerQuestion }) => secondsPerQuestion.toFixed(2)],
];

export function Figures({ report }: { readonly report: RunReport }): ReactNode {
  const { figures, cases } = report;
  const toRefuse = cases.filter(({ kind }) => kind === "refuse").length;
  return (
    <section aria-label="Accuracy">
      <div className={classes.cards}>
        {models.map(([name, title]) => (
          <div key={name} className={classes.card} data-model={name}>
            <Text size="sm" c="dimmed">
              {title}
            </Text>
            <div className={classes.share}>{percent(figures[name].ex)}</div>
            <ShareScale
              value={figures[name].ex}
              low={figures[name].low}
              high={figures[name].high}
              tone={name === "tuned" ? "first" : "second"}
            />
            <Text size="xs" c="dimmed" mt={4}>
              n = {figures[name].n}, 95 % interval {interval(figures[name])}
            </Text>
          </div>
        ))}
      </div>
      <Text size="sm" my="md">
        <PairedText {...figures.paired} />.
      </Text>
      {figures.tunedOneAnswer && (
        <Text size="sm" mb="md">
          The first answer of each alone: {percent(figures.tunedOneAnswer.ex)} (n ={" "}
          {figures.tunedOneAnswer.n}, {interval(figures.tunedOneAnswer)}).
        </Text>
      )}
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing={4} fz={13}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Of the questions</Table.Th>
              {models.map(([name, title]) => (
                <Table.Th key={name} className="number">
                  {title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rates.map(([title, valueOf]) => (
              <Table.Tr key={title}>
                <Table.Th fw={400} scope="row">
                  {title}
                </Table.Th>
                {models.map(([name]) => (
                  <Table.Td key={name} className="number">
                    {valueOf(figures[name], toRefuse)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
