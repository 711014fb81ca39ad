/** The layout of the schema's picture: nothing overlaps, joined tables stand together, any size is laid out at once. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Edge, type Layout, layoutTables, type Node } from "./layout.ts";

const BOX = 200;

function overlaps(nodes: readonly Node[], { places }: Layout): string[] {
  const boxes = nodes.map(({ name, height }) => ({ name, height, ...places.get(name)! }));
  return boxes.flatMap((a, at) =>
    boxes
      .slice(at + 1)
      .filter((b) => Math.abs(a.x - b.x) < BOX && a.y < b.y + b.height && b.y < a.y + a.height)
      .map((b) => `${a.name} ${b.name}`),
  );
}

const schemas = fc
  .array(fc.integer({ min: 30, max: 400 }), { minLength: 1, maxLength: 60 })
  .chain((heights) => {
    const nodes = heights.map((height, at): Node => ({ name: `t${at}`, height }));
    const name = fc.constantFrom(...nodes.map((node) => node.name));
    return fc.record({
      nodes: fc.constant(nodes),
      edges: fc.array(fc.record({ from: name, to: name }), { maxLength: 120 }),
    });
  });

test("whatever the keys, circles included, every table has a place of its own within the picture", () => {
  fc.assert(
    fc.property(schemas, ({ nodes, edges }) => {
      const layout = layoutTables(nodes, edges, { boxWidth: BOX });
      expect(layout.places.size).toBe(nodes.length);
      expect(overlaps(nodes, layout)).toEqual([]);
      for (const { name, height } of nodes) {
        const { x, y } = layout.places.get(name)!;
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(x + BOX).toBeLessThanOrEqual(layout.width + 1e-6);
        expect(y + height).toBeLessThanOrEqual(layout.height + 1e-6);
      }
      expect(layoutTables(nodes, edges, { boxWidth: BOX })).toEqual(layout);
    }),
    { numRuns: 200 },
  );
});

test("a table stands beside or to the right of those it points at", () => {
  const nodes = ["line", "order", "customer", "alone"].map((name) => ({ name, height: 50 }));
  const edges: Edge[] = [
    { from: "line", to: "order" },
    { from: "order", to: "customer" },
  ];
  const { places } = layoutTables(nodes, edges, { boxWidth: BOX, aspect: 6 });
  const x = (name: string) => places.get(name)?.x ?? Number.NaN;
  expect([x("customer") <= x("order"), x("order") <= x("line")]).toEqual([true, true]);
  expect(x("customer")).toBeLessThan(x("line"));
});

test("180 tables around three hubs are about as wide as a screen", () => {
  const nodes = Array.from({ length: 180 }, (_, at) => ({ name: `t${at}`, height: 34 }));
  const edges = nodes.slice(3).map(({ name }, at) => ({ from: name, to: `t${at % 3}` }));
  const layout = layoutTables(nodes, edges, { boxWidth: BOX });
  expect(overlaps(nodes, layout)).toEqual([]);
  expect(layout.width / layout.height).toBeGreaterThan(0.8);
  expect(layout.width / layout.height).toBeLessThan(4);
});
