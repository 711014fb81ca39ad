/** Every question that was asked: its gold, its answer, and in what they differ. */
import { Group, SegmentedControl, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { ReportCase } from "../../../src/serve/api-types.ts";
import { count } from "../../parts/figures.ts";
import { FilterChoice } from "../../parts/filter-choice.tsx";
import { Icon } from "../../parts/icons.tsx";
import { RowsShown } from "../../parts/rows-shown.tsx";
import { SqlShown } from "../../parts/sql-shown.tsx";
import classes from "./report.module.css";

export type CasesProps = {
  readonly cases: readonly ReportCase[];
  readonly errorClass: string | null;
  readonly onErrorClass: (name: string | null) => void;
};

const verdicts = {
  wrong: { label: "Wrong", holds: ({ verdict }: ReportCase) => verdict === 0 },
  lost: {
    label: "Lost",
    holds: ({ verdict, isBaseRight }: ReportCase) => verdict === 0 && isBaseRight === true,
  },
  gained: {
    label: "Gained",
    holds: ({ verdict, isBaseRight }: ReportCase) => verdict === 1 && isBaseRight === false,
  },
  right: { label: "Right", holds: ({ verdict }: ReportCase) => verdict === 1 },
  all: { label: "All", holds: () => true },
} as const;
type Verdict = keyof typeof verdicts;

/** Cases in the document at first, and with each further step. */
const STEP = 100;

export function Cases({ cases, errorClass, onErrorClass }: CasesProps): ReactNode {
  const [verdict, setVerdict] = useState<Verdict>("wrong");
  const [hardness, setHardness] = useState<string | null>(null);
  const [text, setText] = useState("");
  const [most, setMost] = useState(STEP);
  const hasBase = cases.some(({ isBaseRight }) => isBaseRight !== undefined);
  const wanted = text.trim().toLowerCase();
  const shown = cases.filter(
    (one) =>
      verdicts[verdict].holds(one) &&
      (errorClass === null || one.errorClass === errorClass) &&
      (hardness === null || one.hardness === hardness) &&
      [one.question, one.goldSql, one.predictedSql ?? ""].some((part) =>
        part.toLowerCase().includes(wanted),
      ),
  );
  const namesOf = (valueOf: (one: ReportCase) => string | null) => [
    ...new Set(cases.flatMap((one) => valueOf(one) ?? [])),
  ];
  return (
    <section aria-labelledby="cases">
      <Title order={2} id="cases" mb="xs">
        Cases
      </Title>
      <Group gap="xs" mb="xs" align="flex-end">
        <SegmentedControl
          size="xs"
          aria-label="Verdict"
          value={verdict}
          onChange={(chosen) => setVerdict(chosen as Verdict)}
          data={Object.entries(verdicts)
            .filter(([name]) => hasBase || (name !== "lost" && name !== "gained"))
            .map(([value, { label }]) => ({ value, label }))}
        />
        <FilterChoice
          label="Error class"
          data={namesOf((one) => one.errorClass)}
          value={errorClass}
          onChange={onErrorClass}
        />
        <FilterChoice
          label="Hardness"
          data={namesOf((one) => one.hardness)}
          value={hardness}
          onChange={setHardness}
        />
        <TextInput
          size="xs"
          label="Search"
          placeholder="in question and SQL"
          w={220}
          leftSection={<Icon name="search" size={14} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Group>
      <Text size="sm" c="dimmed" mb="xs" aria-live="polite">
        {count(shown.length, "case")} of {cases.length}
        {hasBase && verdict === "lost" && ": the base was right, the tuned model is not"}
        {hasBase && verdict === "gained" && ": the base was wrong, the tuned model is right"}
      </Text>
      <div className={classes.cases}>
        {shown.slice(0, most).map((one) => (
          <Case key={one.id} one={one} />
        ))}
      </div>
      {shown.length > most && (
        <button type="button" className={classes.more} onClick={() => setMost(most + STEP)}>
          Show {Math.min(STEP, shown.length - most)} more
        </button>
      )}
    </section>
  );
}

function Case({ one }: { readonly one: ReportCase }): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className={classes.case} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        <span className={classes.mark} data-verdict={one.verdict}>
          {one.verdict === 1 ? "right" : "wrong"}
        </span>
        <span className={classes.question}>{one.question}</span>
        <span className={classes.what}>
          {one.kind === "refuse" ? "to refuse" : one.hardness}
          {one.errorClass !== null && ` · ${one.errorClass}`}
          {one.isBaseRight === true && one.verdict === 0 && " · base was right"}
        </span>
      </summary>
      {isOpen && <CaseDetail one={one} />}
    </details>
  );
}

const CaseDetail = ({ one }: { readonly one: ReportCase }): ReactNode => (
  <Stack gap="xs" className={classes.detail}>
    {one.differences.length > 0 && (
      <ul className={classes.differences}>
        {one.differences.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    )}
    {one.message !== undefined && (
      <Text size="sm" c="var(--t2s-wrong)">
        {one.message}
      </Text>
    )}
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Side id={one.id} title="Gold" sql={one.goldSql || undefined} refusal={one.goldRefusal} />
      <Side id={one.id} title="Answer" sql={one.predictedSql} refusal={one.predictedRefusal} />
    </SimpleGrid>
  </Stack>
);

type SideProps = {
  readonly id: string;
  readonly title: string;
  readonly sql: string | undefined;
  readonly refusal: string | undefined;
};

const Side = ({ id, title, sql, refusal }: SideProps): ReactNode => (
  <Stack gap={6} className={classes.side}>
    <Text size="xs" c="dimmed">
      {title}
    </Text>
    {sql === undefined ? (
      <Text size="sm">cannot answer: {refusal ?? "nothing was written"}</Text>
    ) : (
      <>
        <SqlShown sql={sql} label={`SQL of the ${title.toLowerCase()}`} />
        <RowsShown sql={sql} label={`Rows of the ${title.toLowerCase()}: ${id}`} />
      </>
    )}
  </Stack>
);
