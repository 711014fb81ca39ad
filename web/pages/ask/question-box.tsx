/** The box for a question, the schema that it is about, and questions to begin with. */
import { Button, Group, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { useShortcuts } from "../../shortcuts.tsx";
import classes from "./ask.module.css";

export type QuestionBoxProps = {
  readonly question: string;
  readonly onChange: (question: string) => void;
  /** CREATE TABLE text; undefined: the project's own schema. */
  readonly schema: string | undefined;
  readonly onSchema: (schema: string | undefined) => void;
  readonly samples: readonly string[];
  readonly isAsking: boolean;
  readonly onAsk: (question: string) => void;
  readonly onStop: () => void;
};

const MOST_LETTERS = 4000;

export function QuestionBox(props: QuestionBoxProps): ReactNode {
  const { question, onChange, schema, onSchema, samples, isAsking, onAsk, onStop } = props;
  const box = useRef<HTMLTextAreaElement>(null);
  const focus = () => {
    box.current?.focus();
    box.current?.select();
  };
  useShortcuts("Ask", [
    { keys: "/", label: "Write a question", run: focus },
    { keys: "Enter", label: "Ask it (Shift+Enter: a new line)" },
  ]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onAsk(question);
  };
  return (
    <Stack gap="xs" component="form" onSubmit={(event: React.FormEvent) => event.preventDefault()}>
      <div className={classes.box}>
        <Textarea
          ref={box}
          aria-label="Question"
          placeholder="Which customers owe us the most?"
          size="md"
          autosize
          minRows={2}
          maxRows={8}
          maxLength={MOST_LETTERS}
          value={question}
          onChange={(event) => onChange(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          autoFocus
          classNames={{ input: classes.question }}
        />
        <Group justify="space-between" className={classes.bottom} gap="xs" wrap="nowrap">
          <SegmentedControl
            size="xs"
            aria-label="Schema"
            value={schema === undefined ? "own" : "given"}
            onChange={(value) => onSchema(value === "own" ? undefined : "")}
            data={[
              { value: "own", label: "This database" },
              { value: "given", label: "Another schema" },
            ]}
          />
          {isAsking ? (
            <Button size="xs" variant="default" onClick={onStop}>
              Stop
            </Button>
          ) : (
            <Button size="xs" onClick={() => onAsk(question)}>
              Ask
            </Button>
          )}
        </Group>
      </div>
      {schema !== undefined && (
        <Textarea
          label="Schema"
          description="CREATE TABLE statements of any dialect. The SQL is written for them; nothing is executed."
          autosize
          minRows={4}
          maxRows={14}
          value={schema}
          onChange={(event) => onSchema(event.currentTarget.value)}
          classNames={{ input: "mono" }}
        />
      )}
      {samples.length > 0 && schema === undefined && (
        <Group gap={6}>
          <Text size="sm" c="dimmed">
            Try
          </Text>
          {samples.map((sample) => (
            <Button
              key={sample}
              size="compact-sm"
              variant="default"
              fw={400}
              className={classes.sample}
              onClick={() => onAsk(sample)}
            >
              {sample}
            </Button>
          ))}
        </Group>
      )}
    </Stack>
  );
}
