/**
 * A text that was written with lines of about the same length, without the breaks within its sentences: they would stand
 * anywhere in a narrow column. Breaks after a sentence, and before the points of a list, are meant.
 */
export function flowing(text: string): string {
  return text.replaceAll(/(?<=[^\s.!?:;…“”"»)]) *\n(?=[^\s*•–-])/g, ' ');
}
