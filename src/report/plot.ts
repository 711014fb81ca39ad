/**
 * Plots as SVG text: bars with intervals, lines, and points against the diagonal. Colours come from the page's variables.
 * Knows no metric.
 */
import { escapeHtml, type Html, rawHtml } from "./html.ts";

export type Bar = {
  readonly label: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly note?: string;
};
export type Series = {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
};

const COLOURS = ["var(--soft)", "var(--amber)", "var(--blue)", "var(--green)"];
const percent = (value: number) =>
  `${(100 * value).toFixed(value === 0 || value >= 0.0995 ? 0 : 1)} %`;

export type BarLayout = {
  /** Pixels of the labels and of a bar that reaches `max`. */
  readonly labelWidth?: number;
  readonly barWidth?: number;
  /** The share that the whole width stands for. */
  readonly max?: number;
};

/** Pixels to the right of the bars, for their figures. */
const NOTE_WIDTH = 150;

/** Horizontal bars of shares (0…1), grouped; a whisker shows the interval. `groups` share their bars' order of colours. */
export function shareBars(
  groups: readonly { readonly title: string; readonly bars: readonly Bar[] }[],
  caption: string,
  { labelWidth: left = 190, barWidth = 420, max = 1 }: BarLayout = {},
): Html {
  const barHeight = 18;
  const width = barWidth / max;
  const x = (share: number) => left + share * width;
  const parts: string[] = [];
  let y = 6;
  for (const { title, bars } of groups) {
    if (title)
      parts.push(`<text x="0" y="${y + 12}" font-weight="600">${escapeHtml(title)}</text>`);
    if (title) y += 18;
    bars.forEach((bar, index) => {
      const colour = COLOURS[bars.length === 1 ? 2 : index % COLOURS.length];
      parts.push(
        `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${escapeHtml(bar.label)}</text>`,
      );
      parts.push(
        `<rect x="${left}" y="${y + 2}" width="${Math.max(1, bar.value * width).toFixed(1)}" height="${barHeight - 4}" rx="2" fill="${colour}"/>`,
      );
      if (bar.low !== undefined && bar.high !== undefined)
        parts.push(
          `<path class="whisker" d="M${x(bar.low).toFixed(1)} ${y + 9}H${x(bar.high).toFixed(1)}"/>`,
        );
      const end = Math.max(bar.value, bar.high ?? 0);
      parts.push(
        `<text x="${(x(end) + 6).toFixed(1)}" y="${y + 13}">${percent(bar.value)}${bar.note ? ` <tspan class="soft">${escapeHtml(bar.note)}</tspan>` : ""}</text>`,
      );
      y += barHeight;
    });
    y += 10;
  }
  return figure(left + barWidth + NOTE_WIDTH, y, parts, caption);
}

/** Lines over a common x-axis that starts at 0; the y-axis runs from 0 to the largest value. */
export function lines(
  series: readonly Series[],
  axes: { readonly x: string; readonly y: string },
  caption: string,
): Html {
  const [left, top, width, height] = [54, 12, 640, 220];
  const points = series.flatMap((one) => one.points);
  const maxX = Math.max(1, ...points.map(([x]) => x));
  const maxY = Math.max(1e-9, ...points.map(([, y]) => y));
  const place = ([x, y]: readonly [number, number]) =>
    `${(left + (x / maxX) * width).toFixed(1)} ${(top + height - (y / maxY) * height).toFixed(1)}`;
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
    const y = top + height - share * height;
    return [
      `<path class="axis" d="M${left} ${y}H${left + width}"/>`,
      `<text class="soft" x="${left - 6}" y="${y + 4}" text-anchor="end">${(share * maxY).toPrecision(2)}</text>`,
    ];
  });
  const paths = series.map(
    (one, index) =>
      `<path d="M${one.points.map(place).join("L")}" fill="none" stroke="${COLOURS[(index + 2) % COLOURS.length]}" stroke-width="2"/>`,
  );
  const names = series.map(
    (one, index) =>
      `<text x="${left + width - 8}" y="${top + 14 + 16 * index}" text-anchor="end" style="fill:${COLOURS[(index + 2) % COLOURS.length]}">${escapeHtml(one.name)}</text>`,
  );
  const labels = [
    `<text class="soft" x="${left + width}" y="${top + height + 18}" text-anchor="end">${escapeHtml(axes.x)}, to ${maxX}</text>`,
    `<text class="soft" x="${left}" y="${top + height + 18}">${escapeHtml(axes.y)}</text>`,
  ];
  return figure(720, top + height + 26, [...ticks, ...paths, ...names, ...labels], caption);
}

export type DiagonalPoint = {
  /** All between 0 and 1. */
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  /** How many values stand behind the point; its area grows with it. */
  readonly n: number;
};

/** Points with vertical intervals in the unit square; on the diagonal y is what x says. */
export function againstDiagonal(
  points: readonly DiagonalPoint[],
  axes: { readonly x: string; readonly y: string },
  caption: string,
): Html {
  const [left, top, size] = [54, 12, 300];
  const [x, y] = [
    (value: number) => left + value * size,
    (value: number) => top + size - value * size,
  ];
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<path class="axis" d="M${left} ${y(share)}H${left + size}"/>`,
    `<text class="soft" x="${left - 6}" y="${y(share) + 4}" text-anchor="end">${percent(share)}</text>`,
    `<text class="soft" x="${x(share)}" y="${top + size + 16}" text-anchor="middle">${percent(share)}</text>`,
  ]);
  const largest = Math.max(1, ...points.map(({ n }) => n));
  const dots = points.flatMap((point) => [
    `<path class="whisker" d="M${x(point.x).toFixed(1)} ${y(point.low).toFixed(1)}V${y(point.high).toFixed(1)}"/>`,
    `<circle cx="${x(point.x).toFixed(1)}" cy="${y(point.y).toFixed(1)}" r="${(3 + 6 * Math.sqrt(point.n / largest)).toFixed(1)}" fill="${COLOURS[2]}"><title>${percent(point.y)} of ${point.n}</title></circle>`,
  ]);
  const parts = [
    ...ticks,
    `<path d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}" fill="none" stroke="${COLOURS[0]}" stroke-dasharray="4 4"/>`,
    ...dots,
    `<text class="soft" x="${left + size}" y="${top + size + 34}" text-anchor="end">${escapeHtml(axes.x)}</text>`,
    `<text class="soft" x="${left}" y="${top + size + 34}">${escapeHtml(axes.y)} ↑</text>`,
  ];
  return figure(left + size + 20, top + size + 42, parts, caption);
}

const figure = (width: number, height: number, parts: readonly string[], caption: string): Html =>
  rawHtml(
    `<figure class="scroll"><svg viewBox="0 0 ${width} ${height}" width="100%" style="max-width:${width}px" role="img" aria-label="${escapeHtml(caption)}">${parts.join("")}</svg><figcaption>${escapeHtml(caption)}</figcaption></figure>`,
  );
