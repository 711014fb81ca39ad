/** The frame of every page: navigation, the model, colours, keys; and the field for an API key where the service asks for one. */
import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Loader,
  NavLink,
  ScrollArea,
  Text,
  Tooltip,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import type { ProjectAnswer } from "../src/serve/api-types.ts";
import { forgetAll, readKey } from "./kept.ts";
import { KeyForm } from "./key-form.tsx";
import { ErrorNote } from "./parts/error-note.tsx";
import { Icon, type IconName } from "./parts/icons.tsx";
import { useProject } from "./queries.ts";
import classes from "./shell.module.css";
import { useShortcuts, useShowShortcuts } from "./shortcuts.tsx";

const places = [
  { to: "/", label: "Ask", icon: "ask", keys: "g a" },
  { to: "/schema", label: "Schema", icon: "schema", keys: "g s" },
  { to: "/data", label: "Data", icon: "data", keys: "g d" },
  { to: "/runs", label: "Runs", icon: "runs", keys: "g r" },
  { to: "/report", label: "Report", icon: "report", keys: "g p" },
  { to: "/settings", label: "Settings", icon: "settings", keys: "g ," },
] as const satisfies readonly { to: string; label: string; icon: IconName; keys: string }[];

export function Shell(): ReactNode {
  const [isOpen, { toggle, close }] = useDisclosure();
  const project = useProject();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(close, [path, close]);
  const navigate = useNavigate();
  const showShortcuts = useShowShortcuts();
  useShortcuts("Everywhere", [
    ...places.map(({ to, label, keys }) => ({
      keys,
      label: `Go to ${label}`,
      run: () => void navigate({ to }),
    })),
    { keys: "?", label: "Show this list", run: showShortcuts },
  ]);

  return (
    <AppShell
      header={{ height: { base: 48, sm: 0 } }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      padding={{ base: "md", sm: "xl" }}
    >
      <a href="#main" className={classes.skip} onClick={focusMain}>
        Skip to the content
      </a>
      <AppShell.Header hiddenFrom="sm" className={classes.header}>
        <Burger
          opened={isOpen}
          onClick={toggle}
          size="sm"
          aria-label="Navigation"
          aria-expanded={isOpen}
        />
        <Text fw={600} size="sm" truncate>
          {project.data?.title ?? "text2sql-tuner"}
        </Text>
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar}>
        <div className={classes.brand}>
          <Text fw={600} size="sm" lineClamp={2}>
            {project.data?.title ?? "text2sql-tuner"}
          </Text>
          {project.data && <ModelName {...project.data} />}
        </div>
        <ScrollArea className={classes.places}>
          {places.map(({ to, label, icon }) => (
            <NavLink
              key={to}
              component={Link}
              to={to}
              label={label}
              leftSection={<Icon name={icon} />}
              active={path === to}
              aria-current={path === to ? "page" : undefined}
              className={classes.place}
            />
          ))}
        </ScrollArea>
        <Group justify="space-between" className={classes.foot}>
          <ColourButton />
          <ForgetKeyButton />
          <Tooltip label="Keyboard shortcuts (?)">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Keyboard shortcuts"
              onClick={showShortcuts}
            >
              <Icon name="keyboard" />
            </ActionIcon>
          </Tooltip>
        </Group>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        <div className={classes.page}>
          <Content project={project} />
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

function Content({ project }: { readonly project: ReturnType<typeof useProject> }): ReactNode {
  const { data, error, isPending, refetch } = project;
  if (error?.code === "unauthorized") return <KeyForm />;
  if (error && !data)
    return (
      <ErrorNote
        title="The service cannot be reached"
        error={error}
        onRetry={() => void refetch()}
      />
    );
  return isPending ? <Loader size="sm" aria-label="Loading" /> : <Outlet />;
}

function ModelName({ model }: ProjectAnswer): ReactNode {
  const isMissing = "missing" in model;
  const label = isMissing ? model.missing : "The model that answers; it runs on this machine.";
  return (
    <Tooltip label={label} multiline maw={320}>
      <Text size="xs" c={isMissing ? "var(--t2s-wrong)" : "dimmed"} span>
        {isMissing ? "no model" : `${model.name} model`}
      </Text>
    </Tooltip>
  );
}

const schemes = { auto: "light", light: "dark", dark: "auto" } as const;

function ColourButton(): ReactNode {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const names = { auto: "as the system", light: "light", dark: "dark" };
  const label = `Colours: ${names[colorScheme]}`;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={() => setColorScheme(schemes[colorScheme])}
      >
        <Icon name={colorScheme} />
      </ActionIcon>
    </Tooltip>
  );
}

/** For who leaves a machine that is not theirs alone. */
function ForgetKeyButton(): ReactNode {
  const queries = useQueryClient();
  const forget = () => {
    forgetAll();
    void queries.resetQueries();
  };
  const label = "Forget the key and the history";
  return (
    readKey() !== null && (
      <Tooltip label={label}>
        <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={forget}>
          <Icon name="key" />
        </ActionIcon>
      </Tooltip>
    )
  );
}

/** The address behind "#" belongs to the router. */
function focusMain(event: React.MouseEvent): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")?.focus();
}
