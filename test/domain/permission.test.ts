import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { after } from '../../domain/duration.ts';
import { permissionFor, rulesByCountry, type Asking, type Word } from '../../domain/permission.ts';
import { channels, customerKinds, purposes, type Channel } from '../../domain/words.ts';

const at = '2026-11-02T08:00:00.000Z';
const daysAgo = (days: number) => new Date(Date.parse(at) - days * 86_400_000).toISOString();

const stranger: Asking = {
  ...{ country: 'DE', kind: 'consumer', channel: 'phone', purpose: 'recovery' },
  ...{
    history: [],
    objectedAt: null,
    deceasedAt: null,
    lastPurchaseAt: null,
    lastUsedAt: null,
    at,
  },
};

const word = (fields: Partial<Word> = {}): Word => ({
  ...{ permissionId: 1, channel: 'phone', purpose: null, granted: true, legalBasis: null },
  ...{ proof: 'order form of 3 March', at: daysAgo(10), source: 'https://shop.example' },
  ...fields,
});

const verdict = (asking: Partial<Asking>) => permissionFor({ ...stranger, ...asking }, 'by-law');
const said = (asking: Partial<Asking>) => {
  const { permitted, basis, reason } = verdict(asking);
  return permitted ? `yes: ${basis}` : `no: ${reason}`;
};

const bought = { lastPurchaseAt: daysAgo(100) };

describe('by law, a contact to win somebody back', () => {
  // country, kind, channel: of a stranger, of somebody who bought, with consent, told of the right to object
  it.each([
    ['DE', 'consumer', 'phone', 'no', 'no', 'express-consent', 'no'],
    ['DE', 'business', 'phone', 'no', 'presumed-consent', 'express-consent', 'no'],
    ['DE', 'consumer', 'email', 'no', 'no', 'express-consent', 'existing-customer'],
    ['DE', 'business', 'email', 'no', 'no', 'express-consent', 'existing-customer'],
    ['AT', 'consumer', 'phone', 'no', 'no', 'express-consent', 'no'],
    ['AT', 'business', 'phone', 'no', 'no', 'express-consent', 'no'],
    ['AT', 'consumer', 'email', 'no', 'no', 'express-consent', 'existing-customer'],
    ['AT', 'business', 'email', 'no', 'no', 'express-consent', 'existing-customer'],
    ['CH', 'consumer', 'phone', 'no', 'existing-customer', 'express-consent', 'existing-customer'],
    ['CH', 'business', 'phone', 'no', 'existing-customer', 'express-consent', 'existing-customer'],
    ['CH', 'consumer', 'email', 'no', 'no', 'express-consent', 'existing-customer'],
    ['CH', 'business', 'email', 'no', 'no', 'express-consent', 'existing-customer'],
    [null, 'consumer', 'phone', 'no', 'no', 'express-consent', 'no'],
    [null, 'business', 'phone', 'no', 'no', 'express-consent', 'no'],
    ['JP', 'business', 'email', 'no', 'no', 'express-consent', 'no'],
    [null, 'consumer', 'visit', 'no', 'no', 'express-consent', 'no'],
  ] as const)(
    'in %s, of a %s by %s',
    (country, kind, channel, unknown, customer, consented, told) => {
      const basisOf = (asking: Partial<Asking>) => {
        const { permitted, basis } = verdict({ country, kind, channel, ...asking });
        return permitted ? basis : 'no';
      };
      expect([
        basisOf({}),
        basisOf(bought),
        basisOf({ history: [word({ channel })] }),
        basisOf({ history: [word({ channel, legalBasis: 'existing-customer' })] }),
      ]).toEqual([unknown, customer, consented, told]);
    },
  );

  it.each(['DE', 'AT', 'CH', null])(
    'in %s, a letter needs nothing, unless it is refused',
    (country) => {
      const letter = { country, channel: 'letter' } as const;
      expect(said(letter)).toBe('yes: none-needed');
      expect(said({ ...letter, history: [word({ channel: 'letter', granted: false })] })).toBe(
        'no: refused',
      );
    },
  );

  it('treats a customer of unknown kind as a consumer', () => {
    expect(said({ kind: null, ...bought })).toBe('no: no-permission');
    expect(said({ kind: 'business', ...bought })).toBe('yes: presumed-consent');
  });

  it('names the rule and the proof that it rests on', () => {
    expect(verdict({ history: [word()] })).toEqual({
      permitted: true,
      reason: 'granted',
      basis: 'express-consent',
      rule: 'DE/recovery/phone/consumer: UWG § 7 Abs. 2 Nr. 1, § 7a',
      word: word(),
    });
    expect(verdict({ country: null }).rule).toContain('the strictest');
  });

  it('holds a purchase for the bond of a customer for two years', () => {
    const swiss = { country: 'CH' };
    expect(said({ ...swiss, lastPurchaseAt: daysAgo(730) })).toBe('yes: existing-customer');
    expect(said({ ...swiss, lastPurchaseAt: daysAgo(731) })).toBe('no: no-permission');
  });
});

describe('a consent', () => {
  it.each([
    [null, 'yes: express-consent'],
    ['consent', 'yes: express-consent'],
    ['Einwilligung vom Messestand', 'yes: express-consent'],
    ['Double Opt-In', 'yes: express-consent'],
    ['presumed-consent', 'no: basis-not-enough'],
    ['mutmaßliche Einwilligung', 'no: basis-not-enough'],
    ['existing-customer', 'no: basis-not-enough'],
    ['legitimate interest', 'no: basis-not-recognised'],
    ['soft opt-in', 'no: basis-not-enough'],
    ['ohne Einwilligung', 'no: basis-not-recognised'],
    ['consent requested', 'no: basis-not-recognised'],
  ])('on record as %s, for calls to a consumer: %s', (legalBasis, expected) => {
    expect(said({ history: [word({ legalBasis })] })).toBe(expected);
  });

  it('counts for five years from when it was given or last used', () => {
    const old = [word({ at: daysAgo(1_827) })];
    expect(said({ history: [word({ at: daysAgo(1_826) })] })).toBe('yes: express-consent');
    expect(said({ history: old })).toBe('no: consent-lapsed');
    expect(said({ history: old, lastUsedAt: daysAgo(1_000) })).toBe('yes: express-consent');
    expect(said({ history: old, lastUsedAt: daysAgo(1_827) })).toBe('no: consent-lapsed');
  });

  it('is for its purpose, or for all', () => {
    const history = [word({ purpose: 'service' })];
    expect(said({ history })).toBe('no: no-permission');
    expect(said({ history, purpose: 'service' })).toBe('yes: express-consent');
  });

  it('is ended by the newest word, and given again by one', () => {
    const refused = word({ granted: false, at: daysAgo(5) });
    expect(said({ history: [refused, word()] })).toBe('no: refused');
    expect(said({ history: [word({ at: daysAgo(1) }), refused, word()] })).toBe(
      'yes: express-consent',
    );
  });

  it('of one purpose is not ended by a refusal of the other', () => {
    const history = [word({ granted: false, purpose: 'service', at: daysAgo(1) }), word()];
    expect(said({ history })).toBe('yes: express-consent');
    expect(said({ history, purpose: 'service' })).toBe('no: refused');
  });
});

describe('a service contact', () => {
  it.each(['DE', 'AT', 'CH', null])('in %s, rests on the contract', (country) => {
    const call = { country, purpose: 'service' } as const;
    expect(said({ ...call, ...bought })).toBe('yes: contract');
    expect(said(call)).toBe('no: no-permission');
  });
});

describe('without the law, by a policy that goes by refusals alone', () => {
  it('permits what was not refused', () => {
    const silent = permissionFor(stranger, 'unless-refused');
    expect(silent).toMatchObject({
      permitted: true,
      reason: 'not-refused',
      basis: null,
      rule: null,
    });
    const refused = { ...stranger, history: [word({ granted: false })] };
    expect(permissionFor(refused, 'unless-refused').permitted).toBe(false);
  });
});

describe('whatever else is known', () => {
  const words = fc.array(
    fc.record({
      permissionId: fc.nat(),
      channel: fc.constantFrom(...channels),
      purpose: fc.constantFrom(null, ...purposes),
      granted: fc.boolean(),
      legalBasis: fc.constantFrom(
        null,
        'consent',
        'presumed-consent',
        'existing-customer',
        'other',
      ),
      proof: fc.constant(null),
      source: fc.constant('https://shop.example'),
      at: fc.integer({ min: 0, max: 4_000 }).map(daysAgo),
    }),
    { maxLength: 8 },
  );
  const past = fc.option(fc.integer({ min: 0, max: 4_000 }).map(daysAgo), { nil: null });
  const asking: fc.Arbitrary<Asking> = fc.record({
    country: fc.constantFrom(null, 'DE', 'AT', 'CH', 'FR', 'constructor'),
    kind: fc.constantFrom(null, ...customerKinds),
    channel: fc.constantFrom(...channels),
    purpose: fc.constantFrom(...purposes),
    history: words.map((all) => all.toSorted((a, b) => (a.at < b.at ? 1 : -1))),
    ...{ objectedAt: past, deceasedAt: past, lastPurchaseAt: past, lastUsedAt: past },
    at: fc.constant(at),
  });
  const mode = fc.constantFrom('by-law' as const, 'unless-refused' as const);

  it('nobody is contacted after an objection or death, nor by a channel whose newest word is a refusal', () => {
    fc.assert(
      fc.property(asking, mode, (given, mode) => {
        const { channel, purpose } = given;
        const newest = given.history.find(
          (one) => one.channel === channel && (one.purpose ?? purpose) === purpose,
        );
        const isEnded = given.objectedAt ?? given.deceasedAt ?? (newest?.granted === false || null);
        if (isEnded) expect(permissionFor(given, mode).permitted).toBe(false);
      }),
    );
  });

  it('by law, every permission has a basis and names its rule, and no consumer is called without express consent where that is the law', () => {
    fc.assert(
      fc.property(asking, (given) => {
        const { permitted, basis, rule, word } = permissionFor(given, 'by-law');
        expect(permitted).toBe(basis !== null);
        if (!permitted) return;
        expect(rule).toMatch(/^(DE|AT|CH|\*)\/(recovery|service)\/\w+\/\w+: ./);
        const { country, kind, channel, purpose } = given;
        if (kind === 'business' || channel !== 'phone' || purpose === 'service') return;
        if (country === 'CH') return;
        expect(basis).toBe('express-consent');
        expect(word?.granted).toBe(true);
        const used = [word!.at, given.lastUsedAt ?? ''].toSorted().at(-1)!;
        expect(after(used, '1826d') >= at).toBe(true);
      }),
    );
  });

  it('an unknown country permits nothing that a known one forbids', () => {
    fc.assert(
      fc.property(asking, (given) => {
        const strictest = permissionFor({ ...given, country: null }, 'by-law');
        for (const country of strictest.permitted ? Object.keys(rulesByCountry) : []) {
          expect(permissionFor({ ...given, country }, 'by-law').permitted).toBe(true);
        }
      }),
    );
  });
});

it('has rules for every purpose, channel and kind', () => {
  for (const { byPurpose } of Object.values(rulesByCountry)) {
    for (const purpose of purposes) {
      const complete = channels.every((channel: Channel) =>
        customerKinds.every((kind) => byPurpose[purpose][channel][kind].grounds.length > 0),
      );
      expect(complete).toBe(true);
    }
  }
});
