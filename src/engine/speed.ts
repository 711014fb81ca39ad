/** How fast this machine multiplies, and whether it multiplies bytes exactly: measured in the engine's own sessions. */
import { input, linear, linearInt8 } from "./graph/build.ts";
import type { Value } from "./graph/graph.ts";
import { sizeOf } from "./graph/op.ts";
import { int8Feeds, int8Inputs } from "./int8.ts";
import { type Feed, Session } from "./runtime/session.ts";

/** What a machine does in a second with the threads that it was measured with. */
export type Speed = {
  /** 10⁹ floating-point operations of matrix products. */
  readonly gigaflops: number;
  /** The same of products of 8-bit integers, rounding included. */
  readonly int8Gigaflops: number;
  /** 10⁹ bytes read and written by operations on elements. */
  readonly gigabytes: number;
};

/** A two-core machine with AVX-512. */
export const USUAL_SPEED: Speed = { gigaflops: 200, int8Gigaflops: 400, gigabytes: 20 };

/** Rows and features of what is timed: the size that training has. */
const SIZE = 1024;
const RUNS = 10;

/**
 * Times a matrix product in float32 and one in 8-bit integers, for about a fifth of a second each. Bytes per second are
 * taken in proportion to the first.
 */
export async function measureSpeed(threads: number): Promise<Speed> {
  const x = input("x", [SIZE, SIZE]);
  const values = new Float32Array(SIZE * SIZE).fill(0.5);
  const shape = [SIZE, SIZE];
  const gigaflopsOf = async (y: Value, feeds: Readonly<Record<string, Feed>>) => {
    const { seconds } = await run(y, { x: values, ...feeds }, threads, RUNS);
    return (2 * SIZE ** 3) / Math.min(...seconds) / 1e9;
  };
  const gigaflops = await gigaflopsOf(linear(x, input("w", shape), "w"), { w: values });
  const int8Gigaflops = await gigaflopsOf(
    linearInt8(x, int8Inputs("w", shape)),
    int8Feeds("w", values, shape),
  );
  const gigabytes = USUAL_SPEED.gigabytes * (gigaflops / USUAL_SPEED.gigaflops);
  return { gigaflops, int8Gigaflops, gigabytes };
}

/**
 * False where the largest bytes overflow in between, as on x86 processors without VNNI, whose instruction adds two
 * products in 16 bits.
 */
export async function isInt8Exact(threads: number): Promise<boolean> {
  const shape = [64, 64];
  const ones = new Float32Array(64 * 64).fill(1);
  const y = linearInt8(input("x", shape), int8Inputs("w", shape));
  const { values } = await run(y, { x: ones, ...int8Feeds("w", ones, shape) }, threads, 1);
  return values.every((value) => Math.abs(value / 64 - 1) < 1e-3);
}

async function run(
  y: Value,
  feeds: Readonly<Record<string, Feed>>,
  threads: number,
  runs: number,
): Promise<{ readonly values: Float32Array; readonly seconds: readonly number[] }> {
  const session = await Session.create({ outputs: { y } }, { threads });
  const values = new Float32Array(sizeOf(y.shape));
  const seconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const startedMs = performance.now();
    await session.run(feeds, { y: values });
    seconds.push((performance.now() - startedMs) / 1e3);
  }
  await session.close();
  return { values, seconds };
}
