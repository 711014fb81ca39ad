/** A chart of a result in uPlot: bars by label, or lines over dates. Loaded when the first chart is shown. */
import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { type ReactNode, useEffect, useRef } from "react";
import uPlot from "uplot";
import type { ChartPlan } from "./chart-of.ts";
import classes from "./chart.module.css";

const HEIGHT = 320;
const COLOURS = ["--t2s-accent", "--t2s-right", "--t2s-unsure", "--t2s-wrong"];
/** Letters of a label under a bar. */
const MOST_LETTERS = 14;
const LETTER_WIDTH = 7;
const MOST_BAR_WIDTH = 60;

export function Chart({ plan }: { readonly plan: ChartPlan }): ReactNode {
  const { ref: box, width } = useElementSize();
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  useEffect(() => {
    if (place.current === null || width === 0) return;
    const plot = new uPlot(optionsOf(plan, width, place.current), dataOf(plan), place.current);
    return () => plot.destroy();
  }, [plan, width, scheme]);
  const names = plan.series.map(({ name }) => name).join(", ");
  return (
    <div ref={box} className={classes.chart}>
      <div ref={place} role="img" aria-label={`${plan.kind} chart: ${names} by ${plan.x}`} />
    </div>
  );
}

const dataOf = ({ labels, series }: ChartPlan): uPlot.AlignedData => [
  labels.map((_, at) => at),
  ...series.map(({ values }) => [...values]),
];

function optionsOf(plan: ChartPlan, width: number, place: HTMLElement): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const { labels, series, kind } = plan;
  const isBar = kind === "bar";
  const line = colour("--t2s-line");
  const ink = colour("--mantine-color-text");
  const axis = { font, stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line } };
  const shownEvery = Math.max(1, Math.ceil((labels.length * MOST_LETTERS * LETTER_WIDTH) / width));
  return {
    width,
    height: HEIGHT,
    cursor: { points: { show: !isBar, size: 7 }, drag: { x: !isBar, y: false } },
    legend: { live: true },
    scales: {
      x: { time: false, range: () => [-0.6, labels.length - 0.4] },
      // bars begin at nothing
      y: { range: { min: { soft: 0, mode: isBar ? 1 : 2 }, max: { pad: 0.08 } } },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        splits: () => labels.map((_, at) => at).filter((at) => at % shownEvery === 0),
        values: (_plot, splits) => splits.map((at) => shortened(labels[at] ?? "")),
      },
      {
        ...axis,
        size: (_plot, values) =>
          24 + LETTER_WIDTH * Math.max(3, ...(values ?? []).map(({ length }) => length)),
        values: (_plot, splits) => splits.map((value) => compact.format(value)),
      },
    ],
    series: [
      { label: plan.x, value: (_plot, at) => (at === null ? "" : labels[at]) },
      ...series.map(({ name }, at) => ({
        label: name,
        stroke: colour(COLOURS[at]),
        width: isBar ? 0 : 2,
        fill: isBar ? colour(COLOURS[at]) : undefined,
        paths: isBar ? bars(at, series.length) : undefined,
        points: { show: !isBar && labels.length < 60 },
        value: (_plot: uPlot, value: number | null) =>
          value === null ? "–" : value.toLocaleString("en"),
      })),
    ],
  };
}

/** Bars of several series stand beside each other, in the middle above their label. */
function bars(at: number, count: number): uPlot.Series.PathBuilder {
  const share = (plot: uPlot) =>
    Math.min(0.8 / count, (MOST_BAR_WIDTH * plot.data[0].length) / plot.over.clientWidth);
  return (plot, index, from, to) => {
    const width = share(plot);
    const left = at * width - (count * width) / 2;
    const draw = uPlot.paths.bars?.({
      size: [1, Number.POSITIVE_INFINITY],
      disp: {
        x0: { unit: 1, values: (own) => [...own.data[0]].map((x) => x + left) },
        size: { unit: 1, values: (own) => [...own.data[0]].map(() => width * 0.94) },
      },
    });
    return draw?.(plot, index, from, to) ?? null;
  };
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

const shortened = (label: string): string =>
  label.length > MOST_LETTERS ? `${label.slice(0, MOST_LETTERS - 1)}…` : label;
