/** Colours, fonts and sizes of the page, the nonce that its style elements carry. */
import { createTheme, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  primaryColor: "blue",
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: "sm",
  cursorType: "pointer",
  fontSizes: { xs: "12px", sm: "13.5px", md: "15px", lg: "17px", xl: "20px" },
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "22px" }, h2: { fontSize: "17px" } } },
  components: {
    // a locked scroll would need a style element that cannot carry the nonce
    Modal: { defaultProps: { lockScroll: false, closeButtonProps: { "aria-label": "Close" } } },
    Button: { defaultProps: { fw: 500 } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, withinPortal: false } },
  },
});

/** Text of lower weight still has a contrast of 4.5 on every ground that the page uses. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#596272",
    "--mantine-color-placeholder": "#6b7280",
    "--mantine-color-error": "#b3261e",
    "--t2s-ground": "#ffffff",
    "--t2s-panel": "#f6f7f9",
    "--t2s-line": "#e1e5ea",
    "--t2s-accent": "#1c5cbf",
    "--t2s-right": "#177245",
    "--t2s-wrong": "#b3261e",
    "--t2s-unsure": "#8a5a00",
  },
  dark: {
    "--mantine-color-body": "#15181d",
    "--mantine-color-dimmed": "#a3acb9",
    "--mantine-color-placeholder": "#949dab",
    "--mantine-color-error": "#ff8a80",
    "--t2s-ground": "#15181d",
    "--t2s-panel": "#1d2127",
    "--t2s-line": "#333a44",
    "--t2s-accent": "#82b1ff",
    "--t2s-right": "#4cc38a",
    "--t2s-wrong": "#ff8a80",
    "--t2s-unsure": "#e0b050",
  },
});

/** What the policy of this load asks of style elements (src/serve/page.ts). */
export const cspNonce = (): string =>
  document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
