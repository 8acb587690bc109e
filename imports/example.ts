import { fileURLToPath } from 'node:url';
import { recordPermissions } from '../db/imports.ts';
import type { Db } from '../db/open.ts';
import type { ImportCounts } from '../domain/imports.ts';
import type { CustomerUpdate } from '../domain/records.ts';
import { importFiles, planImport, type Listeners } from './files.ts';

const dayMs = 86_400_000;

const file = (name: string) =>
  fileURLToPath(new URL(`../examples/cdnow/${name}.csv`, import.meta.url));

const firstNames = [
  ...[
    'Anna',
    'Bernd',
    'Clara',
    'David',
    'Elif',
    'Farid',
    'Greta',
    'Hans',
    'Ines',
    'Jonas',
    'Käthe',
  ],
  ...['Lukas', 'Maria', 'Nils', 'Olga', 'Paul', 'Renate', 'Samir', 'Tanja', 'Uwe', 'Vera', 'Wanda'],
  ...['Yusuf', 'Zoë', 'Björn', 'Çiğdem', 'Dörte', 'Emil', 'Frieda'],
];
const lastNames = [
  ...[
    'Ahrens',
    'Bauer',
    'Çelik',
    'Dietrich',
    'Engel',
    'Fischer',
    'Götz',
    'Haas',
    'Ivanova',
    'Jäger',
  ],
  ...['Köhler', 'Lehmann', 'Müller', 'Neumann', 'Öztürk', 'Peters', 'Quast', 'Richter', 'Schäfer'],
  ...['Thiele', 'Ulrich', 'Vogt', 'Weiß', 'Yılmaz', 'Zimmermann', 'Krause', 'Meier', 'Sørensen'],
  ...['Nowak', 'Rossi', 'Dubois', 'Hoffmann', 'Lang', 'Böhm', 'Sommer', 'Winter', 'Kühn', 'Brandt'],
];

/** Numbers that the Bundesnetzagentur keeps free for films: they reach nobody. */
const freeNumbers = [
  '+49 30 23125',
  '+49 69 90009',
  '+49 40 66969',
  '+49 221 4710',
  '+49 89 99998',
];

/** Somebody made up; whoever reads the name sees it. */
function invented(update: CustomerUpdate): CustomerUpdate {
  const number = Number(/\d+$/.exec(update.customerId)![0]);
  const first = firstNames[number % firstNames.length]!;
  const last = lastNames[Math.floor(number / firstNames.length + number) % lastNames.length]!;
  const thousand = freeNumbers[Math.floor(number / 1_000)]!;
  return {
    ...update,
    name: `${first} ${last} (example)`,
    phone: `${thousand}${String(number % 1_000).padStart(3, '0')}`,
    country: 'DE',
    extra: { example: true },
  };
}

/**
 * Loads the sample of CDNOW's customers in `examples/`: real purchases, moved so that the last one was yesterday, of
 * people with made-up names, numbers and permissions, and the amounts in the policy's currency. Loading it again changes nothing.
 */
export async function loadExample(
  db: Db,
  { at, currency, onProgress }: { at: string; currency: string } & Pick<Listeners, 'onProgress'>,
): Promise<ImportCounts> {
  const files = { customers: file('customers'), purchases: file('purchases') };
  const plan = await planImport({ ...files, at, timeZone: 'UTC' });
  const made: string[] = [];
  const { customers, purchases } = await importFiles(db, plan, {
    at,
    onProgress,
    shiftLastPurchaseTo: new Date(Date.parse(at) - dayMs).toISOString(),
    asCustomer: (update) => {
      made.push(update.customerId);
      return invented(update);
    },
    asPurchase: (purchase) => ({ ...purchase, currency }),
  });
  const permission = { channel: 'phone', granted: true, legalBasis: 'express consent' } as const;
  // Recent enough to hold still, and the same when an interrupted load is repeated.
  const proof = { proof: 'Example data: made up', at: `${at.slice(0, 4)}-01-01T00:00:00.000Z` };
  const permissions = made.map((customerId) => ({ customerId, ...permission, ...proof }));
  await recordPermissions(db, { permissions, at });
  return {
    added: customers.created + purchases.inserted,
    updated: 0,
    unchanged: customers.unchanged + purchases.unchanged,
    badLines: 0,
  };
}
