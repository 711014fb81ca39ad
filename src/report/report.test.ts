import fc from "fast-check";
import { expect, test } from "vitest";
import { html, htmlPage, htmlTable, rawHtml } from "./html.ts";
import { lines, shareBars } from "./plot.ts";
import { terminalTable } from "./terminal.ts";

test("values are escaped wherever they stand", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const page = htmlPage(
        text,
        html`<p title="${text}">${text}</p>
          ${htmlTable(["a"], [[text]])}${shareBars([{ title: text, bars: [{ label: text, value: 0.5 }] }], text)}`,
      );
      expect(
        page.replaceAll(
          /<\/?(?:!doctype|html|head|meta|link|title|style|body|p|table|thead|tbody|tr|th|td|figure|figcaption|svg|text|rect|path|tspan)\b[^<>]*>/g,
          "",
        ),
      ).not.toMatch(/<(?!\/?style)[a-z]/i);
    }),
  );
  expect(html`<b>${"<i>"}</b>${rawHtml("<i>")}${["<", 1]}${undefined}`.html).toBe(
    "<b>&lt;i&gt;</b><i>&lt;1",
  );
});

test("a page asks no other host for anything", () => {
  expect(
    htmlPage(
      "x",
      html`${lines(
        [
          {
            name: "loss",
            points: [
              [0, 1],
              [1, 0.5],
            ],
          },
        ],
        { x: "step", y: "loss" },
        "loss",
      )}`,
    ),
  ).not.toMatch(/https?:/);
});

test("a bar's length is its share, and its interval reaches from low to high", () => {
  const { html: svg } = shareBars(
    [{ title: "", bars: [{ label: "a", value: 0.5, low: 0.25, high: 0.75 }] }],
    "c",
  );
  expect(svg).toContain('width="210.0"');
  expect(svg).toContain('d="M295.0 15H505.0"');
  expect(svg).toContain("50 %");
});

test("a terminal table lines its columns up", () => {
  expect(
    terminalTable(
      ["model", "n"],
      [
        ["base", "5"],
        ["tuned", "120"],
      ],
      [1],
    ),
  ).toBe("model    n\n─────  ───\nbase     5\ntuned  120");
});
