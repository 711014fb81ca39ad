/** How sure the model was, with what the number means. */
import { Popover, Text, UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import type { GenerateAnswer } from "../../../src/serve/api-types.ts";
import classes from "./ask.module.css";

/** Of a confidence that was fitted; a model's own probability has no levels. */
const LEVELS = [
  { from: 0.75, name: "high", colour: "var(--t2s-right)" },
  { from: 0.4, name: "medium", colour: "var(--t2s-unsure)" },
  { from: 0, name: "low", colour: "var(--t2s-wrong)" },
] as const;

export function Confidence({ confidence, confidence_basis: basis }: GenerateAnswer): ReactNode {
  if (confidence === null) return null;
  const level =
    basis === "calibrated" || confidence === 0
      ? LEVELS.find(({ from }) => confidence >= from)
      : undefined;
  const percent = `${Math.round(confidence * 100)} %`;
  const label = ["Confidence", percent, level?.name].filter(Boolean).join(", ");
  return (
    <Popover width={320} position="bottom-end" withArrow shadow="sm" withinPortal={false}>
      <Popover.Target>
        <UnstyledButton className={classes.confidence} aria-label={label}>
          <span className={classes.bar} aria-hidden="true">
            <span
              style={{
                width: `${confidence * 100}%`,
                background: level?.colour ?? "var(--t2s-accent)",
              }}
            />
          </span>
          <Text size="sm" span>
            {percent}
          </Text>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm">{confidence === 0 ? FAILED : MEANINGS[basis]}</Text>
      </Popover.Dropdown>
    </Popover>
  );
}

const FAILED = "The SQL was executed and failed: the answer has no confidence.";
const WORDS =
  "The probability that the model gave to the words it chose. A higher one is right more often; it is no share of right answers.";
const MEANINGS: Readonly<Record<GenerateAnswer["confidence_basis"], string>> = {
  calibrated:
    "How probably the answer is right, fitted on the project's own dev questions; it holds for questions like those. The report shows how well.",
  "model and execution": `${WORDS} The SQL ran.`,
  model: `${WORDS} Nothing was executed.`,
};
