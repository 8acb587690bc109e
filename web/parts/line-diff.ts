export type DiffLine = { change: 'same' | 'added' | 'removed'; text: string };

/** Longest common subsequence of the lines; quadratic, which is nothing for texts of a few hundred. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [was, is] = [before.trimEnd().split('\n'), after.trimEnd().split('\n')];
  // common[i][j]: how many lines are the same in was[i…] and is[j…]
  const common = Array.from({ length: was.length + 1 }, () => new Uint32Array(is.length + 1));
  for (let i = was.length - 1; i >= 0; i -= 1) {
    for (let j = is.length - 1; j >= 0; j -= 1) {
      common[i]![j] =
        was[i] === is[j]
          ? common[i + 1]![j + 1]! + 1
          : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < was.length || j < is.length) {
    if (i < was.length && j < is.length && was[i] === is[j]) {
      lines.push({ change: 'same', text: was[i]! });
      i += 1;
      j += 1;
    } else if (j === is.length || (i < was.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      lines.push({ change: 'removed', text: was[i]! });
      i += 1;
    } else {
      lines.push({ change: 'added', text: is[j]! });
      j += 1;
    }
  }
  return lines;
}

/** What changed, with a few lines around it; `null` stands for lines left out. */
export function inShort(lines: DiffLine[], around = 3): (DiffLine | null)[] {
  const isNear = lines.map((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some(({ change }) => change !== 'same'),
  );
  return lines.flatMap((line, at) =>
    isNear[at] ? [line] : at === 0 || isNear[at - 1] ? [null] : [],
  );
}
