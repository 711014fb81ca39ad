/** Settings. */
import type { ReactNode } from "react";
import { PageHead } from "../../parts/page-head.tsx";

export const SettingsPage = (): ReactNode => <PageHead title="Settings" />;
