/** Report. */
import type { ReactNode } from "react";
import { PageHead } from "../../parts/page-head.tsx";

export const ReportPage = (): ReactNode => <PageHead title="Report" />;
