/**
 * Where the tables of a schema stand in its picture: tables that are joined stand together, what is pointed at to the left of
 * what points at it, and no two overlap. The same schema gives the same picture. Knows no drawing.
 */
export type Node = { readonly name: string; readonly height: number };
export type Edge = { readonly from: string; readonly to: string };
export type Place = { readonly x: number; readonly y: number };
export type Layout = {
  readonly places: ReadonlyMap<string, Place>;
  readonly width: number;
  readonly height: number;
};

export type LayoutOptions = {
  /** Of every box, in pixels. */
  readonly boxWidth: number;
  readonly gapX?: number;
  readonly gapY?: number;
  /** Width ÷ height that the whole should have. */
  readonly aspect?: number;
};

/** Passes that put each table beside those it is joined with. */
const SWEEPS = 6;

export function layoutTables(
  nodes: readonly Node[],
  edges: readonly Edge[],
  { boxWidth, gapX = 64, gapY = 18, aspect = 1.7 }: LayoutOptions,
): Layout {
  const known = new Map(nodes.map((node) => [node.name, node]));
  const links = edges.filter(({ from, to }) => from !== to && known.has(from) && known.has(to));
  const total = nodes.reduce((sum, { height }) => sum + (height + gapY) * (boxWidth + gapX), 0);
  const tallest = Math.max(Math.sqrt(total / aspect), ...nodes.map(({ height }) => height));
  const blocks = componentsOf(nodes, links)
    .map((members) => {
      const columns = orderedColumns(members, links, tallest, gapY);
      return blockOf(columns, { boxWidth, gapX, gapY });
    })
    .sort((a, b) => b.places.size - a.places.size || b.height - a.height);
  return packed(blocks, Math.sqrt(total * aspect), aspect, { gapX, gapY });
}

/** Tables that are joined, however far. */
function componentsOf(nodes: readonly Node[], links: readonly Edge[]): Node[][] {
  const parent = new Map(nodes.map(({ name }) => [name, name]));
  const rootOf = (name: string): string => {
    const above = parent.get(name) ?? name;
    return above === name ? name : rootOf(above);
  };
  for (const { from, to } of links) parent.set(rootOf(from), rootOf(to));
  return [...Map.groupBy(nodes, ({ name }) => rootOf(name)).values()];
}

/**
 * Columns from left to right, each about as tall as the picture: no table stands to the left of one that it points at, as far
 * as there is no circle, and within its column it is beside those it is joined with.
 */
function orderedColumns(
  members: readonly Node[],
  links: readonly Edge[],
  tallest: number,
  gapY: number,
): Node[][] {
  const ranks = ranksOf(members, links);
  const inOrder = [...members].sort((a, b) => (ranks.get(a.name) ?? 0) - (ranks.get(b.name) ?? 0));
  const columns = filledColumns(inOrder, tallest, gapY);
  const neighbours = new Map(members.map(({ name }) => [name, [] as string[]]));
  for (const { from, to } of links) {
    neighbours.get(from)?.push(to);
    neighbours.get(to)?.push(from);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const at = positionsIn(columns);
    for (const column of columns) {
      const middle = new Map(
        column.map(({ name }) => {
          const others = (neighbours.get(name) ?? []).map((other) => at.get(other) ?? 0);
          return [name, others.length === 0 ? (at.get(name) ?? 0) : mean(others)];
        }),
      );
      column.sort((a, b) => (middle.get(a.name) ?? 0) - (middle.get(b.name) ?? 0));
      column.forEach(({ name }, index) => at.set(name, (index + 0.5) / column.length));
    }
  }
  return columns;
}

/** How many keys lead on from each table, one after the other, at most. */
function ranksOf(members: readonly Node[], links: readonly Edge[]): Map<string, number> {
  const targets = Map.groupBy(links, ({ from }) => from);
  const ranks = new Map<string, number>();
  const rankOf = (name: string): number => {
    const known = ranks.get(name);
    if (known !== undefined) return known;
    ranks.set(name, 0); // within a circle
    const rank = Math.max(0, ...(targets.get(name) ?? []).map(({ to }) => rankOf(to) + 1));
    ranks.set(name, rank);
    return rank;
  };
  for (const { name } of members) rankOf(name);
  return ranks;
}

/** As few columns as fit, filled alike. */
function filledColumns(inOrder: readonly Node[], tallest: number, gapY: number): Node[][] {
  const total = heightOf(inOrder, gapY);
  const count = Math.max(1, Math.round(total / tallest));
  const columns: Node[][] = [[]];
  let done = 0;
  for (const node of inOrder) {
    // the middle of the table says in which column it is
    const wanted = Math.min(count, Math.floor(((done + node.height / 2) / total) * count) + 1);
    if (wanted > columns.length && columns[columns.length - 1].length > 0) columns.push([]);
    columns[columns.length - 1].push(node);
    done += node.height + gapY;
  }
  return columns;
}

/** Of each table within its column, from 0 at the top to 1. */
const positionsIn = (columns: readonly (readonly Node[])[]): Map<string, number> =>
  new Map(
    columns.flatMap((column) =>
      column.map(({ name }, index) => [name, (index + 0.5) / column.length] as const),
    ),
  );

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

const heightOf = (column: readonly Node[], gapY: number): number =>
  column.reduce((sum, { height }) => sum + height + gapY, -gapY);

type Gaps = { readonly gapX: number; readonly gapY: number };

/** Columns beside each other, each in the middle of the height. */
function blockOf(
  columns: readonly Node[][],
  { boxWidth, gapX, gapY }: Gaps & { boxWidth: number },
): Layout {
  const height = Math.max(...columns.map((column) => heightOf(column, gapY)));
  const places = new Map<string, Place>();
  columns.forEach((column, at) => {
    let y = (height - heightOf(column, gapY)) / 2;
    for (const node of column) {
      places.set(node.name, { x: at * (boxWidth + gapX), y });
      y += node.height + gapY;
    }
  });
  return { places, width: columns.length * (boxWidth + gapX) - gapX, height };
}

/** Widths that are tried, as shares of the one that would fit if nothing were left over. */
const WIDTHS = [0.8, 0.9, 1, 1.1, 1.25, 1.4, 1.6];

/** Blocks in rows, of the width by which the whole is shown largest. */
function packed(blocks: readonly Layout[], wide: number, aspect: number, gaps: Gaps): Layout {
  const tried = WIDTHS.map((share) => packedWithin(blocks, wide * share, gaps));
  const extent = ({ width, height }: Layout) => Math.max(width / aspect, height);
  return tried.reduce((best, one) => (extent(one) < extent(best) ? one : best));
}

/** From the left; a block goes under another of its row where there is room. */
function packedWithin(blocks: readonly Layout[], wide: number, { gapX, gapY }: Gaps): Layout {
  const width = Math.max(wide, ...blocks.map((block) => block.width));
  const places = new Map<string, Place>();
  let row = { y: 0, height: 0 };
  let column = { x: 0, y: 0, width: 0 };
  let right = 0;
  for (const block of blocks) {
    const fitsBelow = column.width >= block.width && column.y + block.height <= row.y + row.height;
    if (!fitsBelow) {
      const x = column.width === 0 ? 0 : column.x + column.width + gapX;
      if (x > 0 && x + block.width > width) {
        row = { y: row.y + row.height + gapY * 2, height: block.height };
        column = { x: 0, y: row.y, width: block.width };
      } else {
        row = { y: row.y, height: Math.max(row.height, block.height) };
        column = { x, y: row.y, width: block.width };
      }
    }
    for (const [name, { x, y }] of block.places)
      places.set(name, { x: column.x + x, y: column.y + y });
    column = { ...column, y: column.y + block.height + gapY };
    right = Math.max(right, column.x + block.width);
  }
  return { places, width: right, height: row.y + row.height };
}
