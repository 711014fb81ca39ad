/**
 * Seeded random numbers (sfc32; PractRand-tested, Chris Doty-Humphrey). Randomness is always an argument: no file of
 * this project calls Math.random. The state is four integers, so that a checkpoint can hold it.
 */
export type RngState = readonly [number, number, number, number];

export class Rng {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number | RngState) {
    if (typeof seed === "number") {
      [this.#a, this.#b, this.#c, this.#d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, seed | 0];
      for (let i = 0; i < 15; i++) this.uint32();
    } else [this.#a, this.#b, this.#c, this.#d] = seed;
  }

  get state(): RngState {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  uint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    return this.uint32() / 4294967296;
  }

  /** An integer in [low, high], both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** A draw from the standard normal distribution (Box–Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)];
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [result[i], result[j]] = [result[j], result[i]];
    }
    return result;
  }
}
