import type { languages } from '../../../domain/mails.ts';

const de = `  de:
    subject: Wir vermissen Sie
    body: |
      {{salutation}},

      …

      Mit freundlichen Grüßen
      {{senderName}}
`;
const en = `  en:
    subject: We miss you
    body: |
      {{salutation}},

      …

      Kind regards
      {{senderName}}
`;

/** What a new template begins with, in the writer's language; not among the words, which know such brackets themselves. */
export const skeletons: Record<(typeof languages)[number], string> = {
  de: `templateId: mein-brief\ntitle: Wofür er da ist\ntexts:\n${de}`,
  en: `templateId: my-letter\ntitle: What it is for\ntexts:\n${de}${en}`,
};
