/** Runs. */
import type { ReactNode } from "react";
import { PageHead } from "../../parts/page-head.tsx";

export const RunsPage = (): ReactNode => <PageHead title="Runs" />;
