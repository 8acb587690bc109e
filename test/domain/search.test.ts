import { expect, test } from '@jest/globals';
import { searchedWords, searchWords } from '../../domain/search.ts';

const köhler: Parameters<typeof searchWords>[0] = {
  customerId: 'C-1002',
  name: 'Bernd Köhler-Weiß',
  email: 'B.Koehler@Kunde.example',
  phone: '+49 30 901821 01',
};

/** As the database asks: each group has a beginning of one of the words. */
function isFound(search: string, of = köhler): boolean {
  const own = searchWords(of);
  return searchedWords(search).every((group) =>
    group.some((from) => own.some((word) => word.startsWith(from))),
  );
}

test.each([
  ...['köhler', 'KÖHL', 'koehler', 'kohler', 'Weiss', 'weiß', 'bernd köh', 'köhler bernd'],
  ...['c-1002', 'C-10', '1002', 'b.koehler@', 'b.koehler@kunde.example', '@kunde.ex', 'koehler'],
  ...['+49 30 90182101', '030 901821-01', '030/90182101', '(030) 90182101'],
])('finds a customer by %s', (search) => {
  expect(isFound(search)).toBe(true);
});

test.each(['ernd', 'köhler anna', 'c-1003', '030 901821-02', '@other'])(
  'does not find them by %s',
  (search) => {
    expect(isFound(search)).toBe(false);
  },
);

test('letters that are no umlauts are found without their marks, too', () => {
  const other = { customerId: 'C-1', name: 'Çiğdem Yılmaz Sørensen', email: null, phone: null };
  for (const search of ['cigdem', 'Çiğ', 'yilmaz', 'yılmaz', 'sorensen', 'Sørensen']) {
    expect([search, isFound(search, other)]).toEqual([search, true]);
  }
});

test('there is nothing to look for in blanks and punctuation', () => {
  expect([searchedWords('  '), searchedWords('-')]).toEqual([[], []]);
});
