/** The schema as a picture of our own: a box for each table, a line for each foreign key. */
import { ActionIcon, Group, SegmentedControl, Tooltip } from "@mantine/core";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { memo, type ReactNode, useEffect, useMemo, useState } from "react";
import type { DescribedColumn, DescribedTable } from "../../../src/serve/api-types.ts";
import { Icon } from "../../parts/icons.tsx";
import { layoutTables, type Place } from "./layout.ts";
import classes from "./schema.module.css";
import { usePanZoom } from "./use-pan-zoom.ts";

export type PictureProps = {
  readonly tables: readonly DescribedTable[];
  /** Names that the filter leaves; the others are faint. */
  readonly matching: ReadonlySet<string>;
  readonly selected: string | undefined;
  readonly onSelect: (name: string) => void;
};

const DETAILS = ["names", "keys", "columns"] as const;
type Detail = (typeof DETAILS)[number];

const BOX_WIDTH = 214;
const HEAD_HEIGHT = 30;
const LINE_HEIGHT = 19;
/** Schemas up to so many tables show all columns at first, or all keys. */
const AT_FIRST = { columns: 24, keys: 70 };

type Box = Place & {
  readonly table: DescribedTable;
  readonly lines: readonly DescribedColumn[];
  /** Columns of foreign keys. */
  readonly pointing: ReadonlySet<string>;
  readonly height: number;
};

export function Picture({ tables, matching, selected, onSelect }: PictureProps): ReactNode {
  const [detail, setDetail] = useState<Detail>(
    tables.length <= AT_FIRST.columns
      ? "columns"
      : tables.length <= AT_FIRST.keys
        ? "keys"
        : "names",
  );
  const { ref: sizeRef, ...size } = useElementSize();
  // of the whole pane: the picture stays as it is when a table's details open beside it
  const [aspect, setAspect] = useState<number>();
  if (aspect === undefined && size.height > 0) setAspect(size.width / size.height);
  const { boxes, width, height } = useMemo(
    () => boxesOf(tables, detail, aspect ?? 1),
    [tables, detail, aspect],
  );
  const { view, fit, larger, smaller, show, ref, handlers } = usePanZoom({ width, height }, size);
  const merged = useMergedRef(sizeRef, ref);
  const chosen = selected === undefined ? undefined : boxes.get(selected);
  useEffect(() => {
    if (chosen !== undefined)
      show(chosen.x + BOX_WIDTH / 2, chosen.y + Math.min(chosen.height, 200) / 2);
    // only a new choice moves the picture
    // oxlint-disable-next-line react/exhaustive-deps
  }, [selected]);

  return (
    <div className={classes.picture}>
      <div
        ref={merged}
        {...handlers}
        className={classes.canvas}
        role="group"
        aria-label="Picture of the schema: arrows move it, + and - change its size, 0 shows all"
        // it is moved by keys
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <svg width="100%" height="100%" aria-hidden="true">
          <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>
            <Drawing boxes={boxes} matching={matching} selected={selected} onSelect={onSelect} />
          </g>
        </svg>
      </div>
      <Group className={classes.tools} gap={6}>
        <SegmentedControl
          size="xs"
          aria-label="Show of each table"
          value={detail}
          onChange={(value) => setDetail(value as Detail)}
          data={DETAILS.map((value) => ({ value, label: value[0].toUpperCase() + value.slice(1) }))}
        />
        <Tool label="Larger (+)" icon="plus" onClick={larger} />
        <Tool label="Smaller (-)" icon="minus" onClick={smaller} />
        <Tool label="Show all (0)" icon="fit" onClick={fit} />
      </Group>
    </div>
  );
}

const Tool = ({
  label,
  icon,
  onClick,
}: {
  readonly label: string;
  readonly icon: "plus" | "minus" | "fit";
  readonly onClick: () => void;
}): ReactNode => (
  <Tooltip label={label}>
    <ActionIcon variant="default" aria-label={label} onClick={onClick}>
      <Icon name={icon} size={16} />
    </ActionIcon>
  </Tooltip>
);

type DrawingProps = Omit<PictureProps, "tables"> & { readonly boxes: ReadonlyMap<string, Box> };

/** Stays as it is while the picture is moved. */
const Drawing = memo(function Drawing({ boxes, matching, selected, onSelect }: DrawingProps) {
  const all = [...boxes.values()];
  const keys = all.flatMap(({ table }) =>
    table.foreignKeys.map((key) => ({ ...key, from: table.name })),
  );
  return (
    <>
      {keys.map(({ from, refTable, columns, refColumns }) => {
        const [a, b] = [boxes.get(from), boxes.get(refTable)];
        if (a === undefined || b === undefined) return null;
        const isNear = selected === from || selected === refTable;
        const isFaint =
          !isNear && (selected !== undefined || !(matching.has(from) && matching.has(refTable)));
        return (
          <path
            key={`${from}.${columns.join()}.${refTable}`}
            d={lineOf(a, yOf(a, columns[0]), b, yOf(b, refColumns[0]))}
            className={isNear ? classes.nearLine : isFaint ? classes.faintLine : classes.line}
          />
        );
      })}
      {all.map((box) => (
        <TableBox
          key={box.table.name}
          box={box}
          isSelected={box.table.name === selected}
          isFaint={!matching.has(box.table.name)}
          onSelect={onSelect}
        />
      ))}
    </>
  );
});

type TableBoxProps = {
  readonly box: Box;
  readonly isSelected: boolean;
  readonly isFaint: boolean;
  readonly onSelect: (name: string) => void;
};

/** For the mouse; the list of tables beside it is for the keyboard. */
function TableBox({ box, isSelected, isFaint, onSelect }: TableBoxProps): ReactNode {
  const { table, lines, pointing, x, y, height } = box;
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <g
      transform={`translate(${x} ${y})`}
      className={isSelected ? classes.selectedBox : classes.tableBox}
      data-faint={isFaint || undefined}
      onClick={() => onSelect(table.name)}
    >
      <rect width={BOX_WIDTH} height={height} rx={5} className={classes.frame} />
      <text x={10} y={20} className={table.kind === "view" ? classes.viewName : classes.tableName}>
        {cut(table.name, 26)}
      </text>
      {lines.map(({ name, type, primaryKey }, at) => (
        <g key={name} transform={`translate(0 ${HEAD_HEIGHT + at * LINE_HEIGHT})`}>
          <text x={10} y={13} className={classes.mark}>
            {primaryKey > 0 ? "●" : pointing.has(name) ? "○" : ""}
          </text>
          <text x={24} y={13} className={primaryKey > 0 ? classes.keyName : undefined}>
            {cut(name, 19)}
          </text>
          <text x={BOX_WIDTH - 10} y={13} textAnchor="end" className={classes.type}>
            {cut(type.toLowerCase(), 10)}
          </text>
        </g>
      ))}
    </g>
  );
}

const cut = (text: string, letters: number): string =>
  text.length > letters ? `${text.slice(0, letters - 1)}…` : text;

/** `aspect` is width ÷ height of what they are shown in. */
function boxesOf(tables: readonly DescribedTable[], detail: Detail, aspect: number) {
  const drafts = tables.map((table) => {
    const pointing = new Set(table.foreignKeys.flatMap(({ columns }) => columns));
    const lines =
      detail === "names"
        ? []
        : table.columns.filter(
            ({ name, primaryKey }) => detail === "columns" || primaryKey > 0 || pointing.has(name),
          );
    const height =
      HEAD_HEIGHT + lines.length * LINE_HEIGHT + (lines.length === 0 ? 0 : LINE_HEIGHT / 3);
    return { table, lines, pointing, height };
  });
  const { places, width, height } = layoutTables(
    drafts.map(({ table, height: tall }) => ({ name: table.name, height: tall })),
    tables.flatMap(({ name, foreignKeys }) =>
      foreignKeys.map(({ refTable }) => ({ from: name, to: refTable })),
    ),
    { boxWidth: BOX_WIDTH, aspect },
  );
  const boxes = new Map(
    drafts.map((draft): [string, Box] => [
      draft.table.name,
      { ...draft, ...(places.get(draft.table.name) ?? { x: 0, y: 0 }) },
    ]),
  );
  return { boxes, width, height };
}

/** The middle of a column's line, or of the head where it is not shown. */
function yOf({ y, lines }: Box, column: string): number {
  const at = lines.findIndex(({ name }) => name === column);
  return y + (at < 0 ? HEAD_HEIGHT / 2 : HEAD_HEIGHT + (at + 0.5) * LINE_HEIGHT);
}

/** From the side of one box to the nearer side of the other. */
function lineOf(from: Box, fromY: number, to: Box, toY: number): string {
  const isSame = Math.abs(from.x - to.x) < BOX_WIDTH;
  const isRight = !isSame && from.x > to.x;
  const startX = isRight ? from.x : from.x + BOX_WIDTH;
  const endX = isRight || isSame ? to.x + BOX_WIDTH : to.x;
  const bend = Math.max(36, Math.abs(endX - startX) * 0.45);
  const out = isRight ? -bend : bend;
  const into = isRight || isSame ? bend : -bend;
  return `M${startX} ${fromY}C${startX + out} ${fromY} ${endX + into} ${toY} ${endX} ${toY}`;
}
