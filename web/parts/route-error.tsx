/** Instead of a page that failed, such as one whose file a newer build has replaced. */
import type { ErrorComponentProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ErrorNote } from "./error-note.tsx";

export const RouteError = ({ error }: ErrorComponentProps): ReactNode => (
  <ErrorNote
    title="The page cannot be shown"
    error={error instanceof Error ? error : new Error(String(error))}
    onRetry={() => window.location.reload()}
  />
);
