/** A message that stands out: something went wrong, or is not as one might think. */
import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./notice.module.css";

export type NoticeProps = {
  readonly tone: "wrong" | "unsure";
  readonly title?: string;
  /** "alert" is read out at once. */
  readonly role: "alert" | "status";
  readonly children: ReactNode;
};

export const Notice = ({ tone, title, role, children }: NoticeProps): ReactNode => (
  <div role={role} className={classes.notice} data-tone={tone}>
    {title !== undefined && (
      <Text size="sm" fw={600} mb={2} className={classes.title}>
        {title}
      </Text>
    )}
    {children}
  </div>
);
