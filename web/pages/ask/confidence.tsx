/** How sure the model was, with what the number means. */
import { Popover, Text, UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import type { GenerateAnswer } from "../../../src/serve/api-types.ts";
import classes from "./ask.module.css";

const LEVELS = [
  { from: 0.8, name: "high", colour: "var(--t2s-right)" },
  { from: 0.5, name: "medium", colour: "var(--t2s-unsure)" },
  { from: 0, name: "low", colour: "var(--t2s-wrong)" },
] as const;

export function Confidence({ confidence, confidence_basis }: GenerateAnswer): ReactNode {
  if (confidence === null) return null;
  const { name, colour } = LEVELS.find(({ from }) => confidence >= from) ?? LEVELS[2];
  const percent = `${Math.round(confidence * 100)} %`;
  return (
    <Popover width={320} position="bottom-end" withArrow shadow="sm">
      <Popover.Target>
        <UnstyledButton
          className={classes.confidence}
          aria-label={`Confidence ${percent}, ${name}`}
        >
          <span className={classes.bar} aria-hidden="true">
            <span style={{ width: `${confidence * 100}%`, background: colour }} />
          </span>
          <Text size="sm" span>
            {percent}
          </Text>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm">{MEANING}</Text>
        <Text size="sm" mt={6} c="dimmed">
          {confidence_basis === "model" ? NOT_RUN : RUN}
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}

const MEANING =
  "The probability that the model gave to the words it chose. It orders answers: a higher one is right more often. It is no share of right answers.";
const RUN = "The SQL ran; an answer whose SQL fails has 0 %.";
const NOT_RUN = "Nothing was executed for this answer.";
