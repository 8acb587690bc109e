/* In the order in which they are told apart: most of them also say that they are the ones after them. */
const browsers: [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/(Firefox|FxiOS)\//, 'Firefox'],
  [/(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/iPhone|iPod/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'Mac'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** `Firefox, Windows`: enough for people to know their own sessions; null when it says nothing. */
export function shortAgent(header: string | undefined): string | null {
  const found = [browsers, systems].flatMap(
    (known) => known.find(([pattern]) => pattern.test(header ?? ''))?.[1] ?? [],
  );
  return found.length > 0 ? found.join(', ') : null;
}
