/** The forms of a decision that needs words: a fix, and a rejection. Ctrl+Enter keeps, Escape leaves. */
import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import type { PairEntry, ReviewRequest } from "../../../src/serve/api-types.ts";
import { SqlField } from "../../parts/sql-field.tsx";
import classes from "./data.module.css";

export type DecisionFormProps = {
  readonly pair: PairEntry;
  readonly isSaving: boolean;
  readonly onDone: (decision: Omit<ReviewRequest, "content">) => void;
  readonly onCancel: () => void;
};

type FrameProps = Omit<DecisionFormProps, "pair" | "onDone"> & {
  readonly label: string;
  readonly canKeep: boolean;
  readonly onKeep: () => void;
  readonly children: ReactNode;
};

function Frame({ label, canKeep, isSaving, onKeep, onCancel, children }: FrameProps): ReactNode {
  const onKeyDown = (event: KeyboardEvent) => {
    // an editor's own keys
    if (event.defaultPrevented) return;
    if (event.key === "Escape") onCancel();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && canKeep) onKeep();
  };
  return (
    <form
      aria-label={label}
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        onKeep();
      }}
    >
      <Stack gap="sm">
        {children}
        <Group gap="xs">
          <Button size="compact-sm" type="submit" loading={isSaving} disabled={!canKeep}>
            {label}
          </Button>
          <Button size="compact-sm" variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function FixForm({ pair, onDone, ...frame }: DecisionFormProps): ReactNode {
  const [question, setQuestion] = useState(pair.decision?.question ?? pair.question);
  const [sql, setSql] = useState(pair.decision?.sql ?? pair.sql);
  const isChanged = question.trim() !== pair.question || sql.trim() !== pair.sql;
  const canKeep = isChanged && question.trim() !== "";
  const keep = () => onDone({ decision: "fix", question: question.trim(), sql: sql.trim() });
  return (
    <Frame {...frame} label="Keep the fix" canKeep={canKeep} onKeep={keep}>
      <Textarea
        label="Question"
        autosize
        minRows={2}
        value={question}
        onChange={(event) => setQuestion(event.currentTarget.value)}
        autoFocus
      />
      <div>
        <Text size="sm" fw={600} aria-hidden="true">
          SQL
        </Text>
        <Text size="xs" c="dimmed" mb={4}>
          {pair.kind === "refuse"
            ? "Left empty, the question stays one to refuse."
            : "It is executed before it is kept."}
        </Text>
        <div className={classes.editor}>
          <SqlField label="SQL" value={sql} onChange={setSql} onRun={() => canKeep && keep()} />
        </div>
      </div>
    </Frame>
  );
}

export function RejectForm({ pair, onDone, ...frame }: DecisionFormProps): ReactNode {
  const [reason, setReason] = useState(pair.decision?.reason ?? "");
  return (
    <Frame
      {...frame}
      label="Reject"
      canKeep={reason.trim() !== ""}
      onKeep={() => onDone({ decision: "reject", reason: reason.trim() })}
    >
      <Textarea
        label="Why is it wrong?"
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        autoFocus
      />
    </Frame>
  );
}
