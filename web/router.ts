/**
 * The pages by their address; each is loaded when it is opened. Addresses stand behind "#", so that the service has no
 * routes for them and any path may stand in front of it. A page is a folder of pages/ with NAME-page.tsx; shell.tsx links it.
 */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { RouteError } from "./parts/route-error.tsx";
import { Shell } from "./shell.tsx";

const rootRoute = createRootRoute({ component: Shell });

const page = <T extends string>(
  path: T,
  component: ReturnType<typeof lazyRouteComponent<Record<string, () => React.ReactNode>>>,
) => createRoute({ getParentRoute: () => rootRoute, path, component });

const routeTree = rootRoute.addChildren([
  page(
    "/",
    lazyRouteComponent(() => import("./pages/ask/ask-page.tsx"), "AskPage"),
  ),
  page(
    "/schema",
    lazyRouteComponent(() => import("./pages/schema/schema-page.tsx"), "SchemaPage"),
  ),
  page(
    "/data",
    lazyRouteComponent(() => import("./pages/data/data-page.tsx"), "DataPage"),
  ),
  page(
    "/runs",
    lazyRouteComponent(() => import("./pages/runs/runs-page.tsx"), "RunsPage"),
  ),
  page(
    "/report",
    lazyRouteComponent(() => import("./pages/report/report-page.tsx"), "ReportPage"),
  ),
  page(
    "/settings",
    lazyRouteComponent(() => import("./pages/settings/settings-page.tsx"), "SettingsPage"),
  ),
]);

export const router = createRouter({
  routeTree,
  history: createHashHistory(),
  defaultPreload: "intent",
  defaultErrorComponent: RouteError,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
