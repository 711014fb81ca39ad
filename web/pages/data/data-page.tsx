/** Data. */
import type { ReactNode } from "react";
import { PageHead } from "../../parts/page-head.tsx";

export const DataPage = (): ReactNode => <PageHead title="Data" />;
