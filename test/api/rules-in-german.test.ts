import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { inGerman } from '../../api/rules-in-german.ts';

const root = join(import.meta.dirname, '../..');

/** Settings of the process are read by who starts it, in the terminal. */
const notOfRequests = ['config/environment.ts'];

const beginsAsRule =
  /^(must|is (required|allowed|only|not|no|used|already|longer|too)|has (a|too|no|\{)|lacks|names \{|either .*|holds no|may hold)( |$)/;

/** A text in the source; what it puts in is `{}`. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join('');
}

function rulesIn(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== undefined && beginsAsRule.test(text)) found.push(text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return found;
}

/** A single word of its field, or what stands in the words of another rule. */
const ofOneWord = ['must be {}', 'must be {}{}'];

const files = globSync('{api,config,db,domain,imports,mail}/**/*.ts', { cwd: root }).filter(
  (file) => !notOfRequests.includes(file) && !file.endsWith('rules-in-german.ts'),
);

describe('rules in German', () => {
  const rules = [...new Set(files.flatMap(rulesIn))].filter((rule) => !ofOneWord.includes(rule));

  it('are there for every rule in the source', () => {
    expect(rules.length).toBeGreaterThan(120);
    const filled = rules.map((rule) => rule.replaceAll('{}', '7'));
    expect(filled.filter((rule) => inGerman(rule) === rule)).toEqual([]);
  });

  it.each([
    ['must be at most 60d away', 'darf höchstens 60 Tage entfernt sein'],
    ['must be at most 200', 'darf höchstens 200 sein'],
    [
      'is required with outcome answered: must be one of: price, quality',
      'fehlt beim Ergebnis answered: muss eines hiervon sein: price, quality',
    ],
    ['is not known here (line 12)', 'ist hier nicht bekannt (Zeile 12)'],
    ['line 3: has too many aliases', 'Zeile 3: hat zu viele Aliase'],
    ['Nested mappings are not allowed', 'Nested mappings are not allowed'],
    ['must be a lion tamer', 'must be a lion tamer'],
  ])('%s: %s', (english, german) => expect(inGerman(english)).toBe(german));
});
