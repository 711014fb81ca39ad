/** One pair with all that is known of it, and the decision about it. */
import { Badge, Button, Group, Kbd, Stack, Text } from "@mantine/core";
import { type ReactNode, type Ref, useImperativeHandle, useState } from "react";
import type { PairEntry, ReviewRequest } from "../../../src/serve/api-types.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { when } from "../../parts/figures.ts";
import { RowsShown } from "../../parts/rows-shown.tsx";
import { SqlShown } from "../../parts/sql-shown.tsx";
import { useReview } from "./data-queries.ts";
import classes from "./data.module.css";
import { FixForm, RejectForm } from "./decision-forms.tsx";

/** What keys do with the pair. */
export type PairActions = { accept(): void; fix(): void; reject(): void };

export type PairViewProps = {
  readonly pair: PairEntry;
  readonly actions: Ref<PairActions>;
  /** Called when a decision is kept. */
  readonly onDecided: () => void;
};

type Decision = Omit<ReviewRequest, "content">;

export function PairView({ pair, actions, onDecided }: PairViewProps): ReactNode {
  const [form, setForm] = useState<"fix" | "reject" | null>(null);
  const review = useReview();
  const { id, content, setAside } = pair;
  const decide = (decision: Decision) => {
    if (review.isPending) return;
    review.mutate(
      { id, decision: { content, ...decision } },
      {
        onSuccess: () => {
          setForm(null);
          onDecided();
        },
      },
    );
  };
  const canAccept = setAside === undefined && !review.isPending;
  const accept = () => canAccept && decide({ decision: "accept" });
  useImperativeHandle(actions, () => ({
    accept,
    fix: () => setForm("fix"),
    reject: () => setForm("reject"),
  }));
  const common = {
    pair,
    isSaving: review.isPending,
    onCancel: () => setForm(null),
    onDone: decide,
  };
  return (
    <article className={classes.pair} aria-label={`Pair ${id}`}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
        <Text component="h2" fw={600} size="md" className={classes.title}>
          {pair.question}
        </Text>
        <Badge
          variant="light"
          color="gray"
          tt="none"
          className={classes.badge}
          data-state={pair.state}
        >
          {pair.state}
        </Badge>
      </Group>
      {pair.evidence !== undefined && (
        <Text size="sm" c="dimmed">
          Evidence: {pair.evidence}
        </Text>
      )}
      {setAside !== undefined && (
        <Text size="sm" c="var(--t2s-unsure)">
          Cleaning set it aside: {setAside}
        </Text>
      )}
      {form === "fix" ? (
        <FixForm {...common} />
      ) : (
        <>
          <Answer pair={pair} />
          <Decided pair={pair} />
          {form === "reject" ? (
            <RejectForm {...common} />
          ) : (
            <Group gap="xs">
              <Button size="compact-sm" disabled={!canAccept} onClick={accept}>
                Accept{" "}
                <Kbd ml={8} size="xs">
                  a
                </Kbd>
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => setForm("fix")}>
                Fix{" "}
                <Kbd ml={8} size="xs">
                  f
                </Kbd>
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => setForm("reject")}>
                Reject{" "}
                <Kbd ml={8} size="xs">
                  r
                </Kbd>
              </Button>
            </Group>
          )}
        </>
      )}
      {review.error && <ErrorNote title="The decision was not kept" error={review.error} />}
      {pair.kind === "answer" && form !== "fix" && (
        <RowsShown sql={pair.sql} label="Rows of the pair" />
      )}
      <Facts pair={pair} />
    </article>
  );
}

const Answer = ({ pair }: { readonly pair: PairEntry }): ReactNode =>
  pair.kind === "refuse" ? (
    <Text size="sm">
      To refuse: <em>{pair.refusal}</em>
    </Text>
  ) : (
    <SqlShown sql={pair.sql} label="SQL of the pair" />
  );

function Decided({ pair: { decision, isWaiting } }: { readonly pair: PairEntry }): ReactNode {
  if (decision === undefined) return null;
  const { question, sql, reason, at, by } = decision;
  return (
    <Stack gap={6} className={classes.decided}>
      <Text size="sm">
        <b>{NAMES[decision.decision]}</b> {when(at)}
        {by !== undefined && ` by ${by}`}
        {reason !== undefined && `: ${reason}`}
        {isWaiting && (
          <Text span c="dimmed">
            {" "}
            (t2s run clean applies it)
          </Text>
        )}
      </Text>
      {question !== undefined && <Text size="sm">Question now: {question}</Text>}
      {sql !== undefined && sql !== "" && <SqlShown sql={sql} label="SQL after the fix" />}
    </Stack>
  );
}

const NAMES = { accept: "Accepted", fix: "Fixed", reject: "Rejected" } as const;

function Facts({ pair }: { readonly pair: PairEntry }): ReactNode {
  const { checks, kind, source, split, hardness, tables } = pair;
  const facts: readonly (readonly [string, string])[] = [
    ["split", split],
    ["hardness", kind === "refuse" ? "–" : hardness],
    ["tables", tables.join(", ") || "–"],
    [
      "checks",
      kind === "refuse"
        ? "a refusal is not executed"
        : `${checks.executed ? "runs" : "does not run"}, ${checks.rows} rows, ${checks.discriminating ? "told apart from its neighbours" : "not compared with neighbours"}`,
    ],
    ["made by", [source.method, source.model, source.licence].filter(Boolean).join(", ")],
    ...(source.parentId === undefined ? [] : [["from", source.parentId] as const]),
    ["id", pair.id],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
