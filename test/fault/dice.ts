import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Chance that the same seed repeats. */
export type Dice = {
  /** a whole number, both ends included */
  between(from: number, to: number): number;
  chance(percent: number): boolean;
  pick<T>(list: readonly T[]): T;
  shuffled<T>(list: readonly T[]): T[];
  /** a stream of its own, so that one user of chance does not disturb another */
  fork(): Dice;
};

export function diceOf(seed: number): Dice {
  const generator = xoroshiro128plus(seed);
  const between = (from: number, to: number) => uniformInt(generator, from, to);
  return {
    between,
    chance: (percent) => between(0, 99) < percent,
    pick: (list) => list[between(0, list.length - 1)]!,
    shuffled(list) {
      const items = [...list];
      for (let last = items.length - 1; last > 0; last -= 1) {
        const other = between(0, last);
        [items[last], items[other]] = [items[other]!, items[last]!];
      }
      return items;
    },
    fork: () => diceOf(between(0, 0x7fff_ffff)),
  };
}
