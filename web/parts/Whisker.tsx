import './whisker.css';

type Props = {
  value: number;
  interval: readonly number[] | null;
  /** of the scale; the same for all that stand below each other */
  range?: readonly [number, number];
  /** too few cases */
  faint?: boolean;
  /** a value to compare with, as a thin line */
  mark?: number;
};

/** A rate as a dot with its 95 % interval as a line. Beside it stands text that says the same. */
export function Whisker({ value, interval, range = [0, 1], faint = false, mark }: Props) {
  const [from, to] = range;
  const x = (at: number) => `${(Math.max(0, Math.min(1, (at - from) / (to - from))) * 96 + 2).toFixed(2)}%`; // prettier-ignore
  return (
    <svg className="whisker" height={20} aria-hidden data-faint={faint || undefined}>
      <line className="whisker-scale" x1={x(from)} x2={x(to)} y1={10} y2={10} />
      {mark !== undefined && (
        <line className="whisker-mark" x1={x(mark)} x2={x(mark)} y1={2} y2={18} />
      )}
      {interval && (
        <line className="whisker-line" x1={x(interval[0]!)} x2={x(interval[1]!)} y1={10} y2={10} />
      )}
      <circle className="whisker-dot" cx={x(value)} cy={10} r={4.5} />
    </svg>
  );
}
