import { expect, test } from '@jest/globals';
import { getTemplate, publishTemplate, seedTemplates } from '../../db/templates.ts';
import type { TemplateContent } from '../../domain/mails.ts';
import { withDatabase } from '../support/database.ts';
import { minute, ordered } from './given.ts';

const saying = (body: string): TemplateContent => ({
  ...{ templateId: 'letter', title: 'Letter' },
  texts: { en: { subject: 'Hello', body } },
});

test('a template that a manager has published stays when its file changes, and is told', () =>
  withDatabase(async ({ db }) => {
    const newest = async () => (await getTemplate(db, 'letter'))?.content.texts.en?.body;
    for (const body of ['file', 'newer file']) {
      expect(await seedTemplates(db, [saying(body)], minute(0))).toEqual([]);
      expect(await newest()).toBe(body);
    }
    await publishTemplate(db, saying('own'), { ...ordered, basedOn: 2 });
    expect(await seedTemplates(db, [saying('newer file')], minute(1))).toEqual([]);
    for (const number of [2, 3]) {
      expect(await seedTemplates(db, [saying('newest')], minute(number))).toEqual(['letter']);
      expect(await newest()).toBe('own');
    }
    await publishTemplate(db, saying('newest'), { ...ordered, basedOn: 3 });
    expect(await seedTemplates(db, [saying('newest')], minute(4))).toEqual([]);
  }));
