import { evidenceIn, ruleIn } from '../../domain/reliance.ts';
import { useNames } from './domain.ts';
import { useFormats } from './format.ts';
import { words } from './words.ts';

const useWords = words('reliance', {
  en: {
    rule: '{{country}}, {{purpose}}, {{channel}}, {{kind}}: {{law}}',
    anyCountry: 'No rules are known for the country: the strictest hold',
    purpose: { recovery: 'winning back', service: 'service' },
    told: 'told by {{by}}, {{at}}',
    order: 'order {{orderId}} of {{at}}',
    objection: 'objection of {{at}}',
    'no-refusal': 'no refusal on record',
  },
  de: {
    rule: '{{country}}, {{purpose}}, {{channel}}, {{kind}}: {{law}}',
    anyCountry: 'Für das Land ist nichts hinterlegt: Es gilt das Strengste',
    purpose: { recovery: 'Rückgewinnung', service: 'Service' },
    told: 'gemeldet von {{by}}, {{at}}',
    order: 'Bestellung {{orderId}} vom {{at}}',
    objection: 'Widerspruch vom {{at}}',
    'no-refusal': 'keine Ablehnung bekannt',
  },
});

/** What a contact rests on, in the reader's language; a proof that somebody has named stands as they named it. */
export function useRelianceWords() {
  const t = useWords();
  const names = useNames();
  const formats = useFormats();
  return {
    rule(text: string): string {
      const rule = ruleIn(text);
      if (!rule) return text;
      const { country, purpose, channel, kind, law } = rule;
      if (country === null) return t('anyCountry');
      return t('rule', {
        ...{ country: formats.country(country), purpose: t(`purpose.${purpose}`), law },
        ...{ channel: names.channels[channel], kind: names.customerKinds[kind] },
      });
    },
    proof(text: string): string {
      const evidence = evidenceIn(text);
      if (!evidence) return text;
      if (evidence.kind === 'no-refusal') return t('no-refusal');
      return t(evidence.kind, { ...evidence, at: formats.day(evidence.at) });
    },
  };
}
