/** Schema. */
import type { ReactNode } from "react";
import { PageHead } from "../../parts/page-head.tsx";

export const SchemaPage = (): ReactNode => <PageHead title="Schema" />;
