/** Questions of before, to be shown again. */
import { Button, Group, Text, UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./ask.module.css";
import type { History, PastQuestion } from "./history.ts";

export type HistoryListProps = Pick<History, "past" | "clear"> & {
  readonly onPick: (past: PastQuestion) => void;
};

export function HistoryList({ past, clear, onPick }: HistoryListProps): ReactNode {
  return (
    <aside aria-label="History" className={classes.history}>
      <Group justify="space-between" mb={4} mih={26}>
        <Text fw={600} size="sm">
          History
        </Text>
        {past.length > 0 && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={clear}>
            Clear
          </Button>
        )}
      </Group>
      {past.length === 0 ? (
        <Text size="sm" c="dimmed">
          Your questions will stand here, on this machine alone.
        </Text>
      ) : (
        <ul className={classes.past}>
          {past.map((one) => (
            <li key={one.question}>
              <UnstyledButton className={classes.pastQuestion} onClick={() => onPick(one)}>
                <Text size="sm" lineClamp={2}>
                  {one.question}
                </Text>
                <Text size="xs" c="dimmed" truncate>
                  {one.sql ?? "not answerable"}
                </Text>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
    </aside>
  );
}
