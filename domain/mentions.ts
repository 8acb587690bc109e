/**
 * Who is named in a text with an @ before their name, whatever the case of its letters. Of names that begin alike the
 * longest counts, and of people of the same name all.
 */
export function mentionedIn(text: string, people: { keyId: string; name: string }[]): string[] {
  const lower = text.toLowerCase();
  const found = new Set<string>();
  for (const { index } of lower.matchAll(/(?<![\p{L}\p{N}])@/gu)) {
    const rest = lower.slice(index + 1);
    const named = people.filter(({ name }) => {
      const begins = rest.startsWith(name.toLowerCase());
      return begins && !/^[\p{L}\p{N}]/u.test(rest.slice(name.length));
    });
    const longest = Math.max(...named.map(({ name }) => name.length));
    for (const { keyId, name } of named) if (name.length === longest) found.add(keyId);
  }
  return [...found];
}
