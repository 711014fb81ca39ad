/** Rows of a result: only those in sight are in the document, so that 100,000 scroll smoothly. Sorted by a click on a head. */
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef } from "react";
import type { JsonCell, Rows } from "../../src/serve/api-types.ts";
import { compareCells, isNumber, textOf } from "./cells.ts";
import classes from "./result-table.module.css";

export type ResultTableProps = {
  readonly result: Pick<Rows, "columns" | "rows">;
  /** What it shows, for who does not see it. */
  readonly label: string;
};

type Row = readonly JsonCell[];

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
const helper = createColumnHelper<typeof features, Row>();

const ROW_HEIGHT = 30;
/** Rows above and below those in sight. */
const OVERSCAN = 12;
/** Rows, spread over all, that the widths of columns are chosen by. */
const MEASURED = 200;
const LETTER_WIDTH = 8.2;
const WIDTHS = { least: 72, most: 380, padding: 30 };

export function ResultTable({ result, label }: ResultTableProps): ReactNode {
  const { columns: names, rows: data } = result;
  const columns = useMemo(
    () =>
      helper.columns(
        names.map((name, at) =>
          helper.accessor((row) => row[at], {
            id: String(at),
            header: name,
            sortFn: (a, b) => compareCells(a.original[at], b.original[at]),
          }),
        ),
      ),
    [names],
  );
  const widths = useMemo(() => names.map((name, at) => widthOf(name, at, data)), [names, data]);
  const numeric = useMemo(
    () => names.map((_, at) => isNumber(data.find((row) => row[at] !== null)?.[at] ?? null)),
    [names, data],
  );
  const table = useTable({ features, columns, data, sortDescFirst: false });
  const { rows } = table.getRowModel();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  const shown = virtualizer.getVirtualItems();
  const above = shown[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (shown.at(-1)?.end ?? 0);

  return (
    // a region that scrolls has to be reached by keyboard
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={scroller} className={classes.scroller} tabIndex={0} role="region" aria-label={label}>
      <table className={classes.table} aria-rowcount={rows.length + 1}>
        <colgroup>
          {widths.map((width, at) => (
            // oxlint-disable-next-line react/no-array-index-key
            <col key={at} style={{ width }} />
          ))}
          <col />
        </colgroup>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={1}>
              {group.headers.map(({ id, column }, at) => {
                const order = column.getIsSorted();
                return (
                  <th
                    key={id}
                    aria-sort={
                      order === false ? "none" : order === "asc" ? "ascending" : "descending"
                    }
                    className={numeric[at] ? "number" : undefined}
                  >
                    <button
                      type="button"
                      className={classes.head}
                      title={`${names[at]}: sort`}
                      onClick={column.getToggleSortingHandler()}
                    >
                      <span className={classes.name}>{names[at]}</span>
                      {order !== false && (
                        <span aria-hidden="true" className={classes.order}>
                          {order === "asc" ? "▲" : "▼"}
                        </span>
                      )}
                    </button>
                  </th>
                );
              })}
              <th aria-hidden="true" />
            </tr>
          ))}
        </thead>
        <tbody>
          <Gap height={above} />
          {shown.map(({ index, key }) => (
            <tr key={key} aria-rowindex={index + 2}>
              {rows[index].original.map((cell, at) => (
                <td
                  // oxlint-disable-next-line react/no-array-index-key
                  key={at}
                  className={cell === null ? classes.nothing : numeric[at] ? "number" : undefined}
                  title={typeof cell === "string" && cell.length > 20 ? cell : undefined}
                >
                  {textOf(cell)}
                </td>
              ))}
              <td aria-hidden="true" />
            </tr>
          ))}
          <Gap height={below} />
        </tbody>
      </table>
    </div>
  );
}

const Gap = ({ height }: { readonly height: number }): ReactNode =>
  height > 0 && (
    <tr aria-hidden="true" className={classes.gap} style={{ height }}>
      <td />
    </tr>
  );

function widthOf(name: string, at: number, rows: readonly Row[]): number {
  const step = Math.max(1, Math.floor(rows.length / MEASURED));
  const letters = rows
    .filter((_, index) => index % step === 0 || index === rows.length - 1)
    .reduce((most, row) => Math.max(most, textOf(row[at]).length), name.length + 2);
  const { least, most, padding } = WIDTHS;
  return Math.round(Math.min(most, Math.max(least, letters * LETTER_WIDTH + padding)));
}
