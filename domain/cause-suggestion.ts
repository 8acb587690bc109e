import { causeCodeRule, causeOf, longestCode, type Language, languages } from './causes.ts';
import type { FieldError } from './errors.ts';
import type { Cause } from './words.ts';

/**
 * One rule of the pre-sorting, readable and editable: if a clause has one of `words`, and one of `with` if that is
 * given, and none of `without`, it speaks for `code` with `weight`. A word may end or begin with `*` (any further
 * letters); several words with spaces are a phrase. Capitals, umlauts (ä, ae, a), ß and apostrophes make no difference.
 */
export type CauseRule = {
  ruleId: string;
  /** a cause or one of the company's own categories */
  code: string;
  language: Language;
  words: string[];
  with?: string[] | undefined;
  without?: string[] | undefined;
  /** 1: a hint, which suggests nothing alone; 2: enough; 3: leaves hardly a doubt */
  weight: number;
};

/** What the rules read in a text: a suggestion for a person, never a fact. */
export type CauseSuggestion = {
  code: string;
  cause: Cause;
  /** sum of the weights of the rules that matched */
  score: number;
  /** as the customer wrote them */
  words: string[];
  /** the rules that matched */
  ruleIds: string[];
};

/** A hint alone suggests nothing. */
const enough = 2;
/** How far back in its clause a "not" reaches. */
const negatedWithin = 4;

const negators = wordSet(
  'nicht nie niemals kein keine keinen keinem keiner keines weder noch not no never nothing neither nor ' +
    "don't doesn't didn't isn't wasn't weren't aren't can't couldn't won't wouldn't haven't hasn't cannot",
);
/** "not only the price" denies nothing. */
const notOnly = wordSet('nur bloss allein only just merely');
/** "the price was not the problem" */
const reasons = wordSet('problem grund ursache thema ausschlaggebend reason issue cause concern');
const conjunctions = wordSet('aber sondern jedoch but however although obwohl though');

type Token = { folded: string; written: string };
type Pattern = { words: string[]; negates: boolean };
type CompiledRule = Omit<CauseRule, 'words' | 'with' | 'without'> & {
  cause: Cause;
  words: Pattern[];
  with: Pattern[] | undefined;
  without: Pattern[];
};
export type CompiledRules = readonly CompiledRule[];

/** @param rules without `causeRuleErrors` */
export function compileRules(rules: readonly CauseRule[]): CompiledRules {
  return rules.map((rule) => ({
    ...rule,
    cause: causeOf(rule.code)!,
    words: rule.words.map(patternOf),
    with: rule.with?.map(patternOf),
    without: rule.without?.map(patternOf) ?? [],
  }));
}

/**
 * The categories that a text speaks for, the likeliest first; of two with the same score the one whose rule comes first.
 * Each clause is read by itself, and what it denies does not count.
 */
export function suggestCauses(text: string, rules: CompiledRules): CauseSuggestion[] {
  const clauses = clausesOf(text);
  const found = new Map<string, CauseSuggestion>();
  for (const rule of rules) {
    const words = clauses.flatMap((clause) => matchesOf(rule, clause));
    if (words.length === 0) continue;
    const { code, cause, weight, ruleId } = rule;
    const known = found.get(code) ?? { code, cause, score: 0, words: [], ruleIds: [] };
    found.set(code, {
      ...known,
      score: known.score + weight,
      words: [...new Set([...known.words, ...words])],
      ruleIds: [...known.ruleIds, ruleId],
    });
  }
  return [...found.values()]
    .filter(({ score }) => score >= enough)
    .sort((a, b) => b.score - a.score);
}

function matchesOf(rule: CompiledRule, clause: Token[]): string[] {
  const has = (pattern: Pattern) => positionsOf(pattern, clause).length > 0;
  const matches = rule.words.flatMap((pattern) =>
    positionsOf(pattern, clause)
      .filter((at) => pattern.negates || !isDenied(clause, at, at + pattern.words.length))
      .map((at) => writtenAt(clause, at, pattern.words.length)),
  );
  if (matches.length === 0) return [];
  if (rule.without.some(has) || (rule.with && !rule.with.some(has))) return [];
  const companions = (rule.with ?? []).flatMap((pattern) =>
    positionsOf(pattern, clause).map((at) => writtenAt(clause, at, pattern.words.length)),
  );
  return [...matches, ...companions];
}

function positionsOf({ words }: Pattern, clause: Token[]): number[] {
  return clause.flatMap((_, at) =>
    words.every((word, i) => fits(word, clause[at + i]?.folded)) ? [at] : [],
  );
}

function fits(word: string, token: string | undefined): boolean {
  if (token === undefined) return false;
  const open = { before: word.startsWith('*'), after: word.endsWith('*') };
  const core = word.replaceAll('*', '');
  if (open.before && open.after) return token.includes(core);
  if (open.before) return token.endsWith(core);
  return open.after ? token.startsWith(core) : token === core;
}

function isDenied(clause: Token[], from: number, to: number): boolean {
  const negated = clause
    .slice(Math.max(0, from - negatedWithin), from)
    .findLastIndex(({ folded }) => negators.has(folded));
  if (negated >= 0) {
    const next = clause[Math.max(0, from - negatedWithin) + negated + 1]!;
    if (!notOnly.has(next.folded)) return true;
  }
  const after = clause.slice(to).map(({ folded }) => folded);
  return after.some((word) => negators.has(word)) && after.some((word) => reasons.has(word));
}

function writtenAt(clause: Token[], at: number, length: number): string {
  return clause
    .slice(at, at + length)
    .map(({ written }) => written)
    .join(' ');
}

/** Parts that are read by themselves: up to a punctuation mark or a "but". */
function clausesOf(text: string): Token[][] {
  const clauses: Token[][] = [];
  for (const part of text.split(/[.,;:!?()\n]+/)) {
    let clause: Token[] = [];
    clauses.push(clause);
    for (const token of tokensOf(part)) {
      const denies = negators.has(clause.at(-1)?.folded ?? '');
      if (conjunctions.has(token.folded) && !denies) clauses.push((clause = []));
      else clause.push(token);
    }
  }
  return clauses;
}

function tokensOf(text: string): Token[] {
  const written = text.match(/[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu) ?? [];
  return written.map((word) => ({ folded: fold(word), written: word }));
}

/** One spelling for what people type in several: `Qualität`, `Qualitaet` and `qualitat`. */
function fold(word: string): string {
  return word
    .toLowerCase()
    .replaceAll(/['’]/g, '')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll(/([aou])e/g, '$1');
}

function patternOf(text: string): Pattern {
  const words = (text.match(/[*\p{L}\p{N}\p{M}'’]+/gu) ?? []).map(fold);
  return { words, negates: words.some((word) => negators.has(word)) };
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' ').map(fold));
}

export const ruleLimits = { rules: 500, words: 200, wordLength: 60, weight: 3 };
const shape = /^\*?[\p{L}\p{N}\p{M}'’]+([ -][\p{L}\p{N}\p{M}'’]+)*\*?$/u;
const wordRule = `must be a word or phrase of at most ${ruleLimits.wordLength} letters, digits and spaces, with * at the beginning or the end at most, and three letters beside a *`;

/**
 * What is wrong with a set of rules, each with its place: `rules[3].words[0]`.
 * @param rules of the right types already
 * @param knows whether such a category exists
 */
export function causeRuleErrors(
  rules: readonly CauseRule[],
  knows: (category: string) => boolean,
): FieldError[] {
  const ids = rules.map(({ ruleId }) => ruleId);
  return rules.flatMap((rule, i) => {
    const at = `rules[${i}]`;
    const errors: FieldError[] = [];
    const refuse = (field: string, rule: string) => errors.push({ field: `${at}.${field}`, rule });
    if (ids.indexOf(rule.ruleId) < i) refuse('ruleId', `is used twice: ${rule.ruleId}`);
    const cause = rule.code.length <= longestCode ? causeOf(rule.code) : undefined;
    if (!cause) refuse('code', causeCodeRule);
    else if (cause !== rule.code && !knows(rule.code)) refuse('code', 'is no category of yours');
    if (!languages.includes(rule.language)) {
      refuse('language', `must be one of: ${languages.join(', ')}`);
    }
    for (const list of ['words', 'with', 'without'] as const) {
      rule[list]?.forEach((word, j) => {
        const letters = word.replaceAll(/[^\p{L}\p{N}]/gu, '').length;
        const fine =
          word.length <= ruleLimits.wordLength &&
          shape.test(word) &&
          (!word.includes('*') || letters >= 3);
        if (!fine) refuse(`${list}[${j}]`, wordRule);
      });
    }
    return errors;
  });
}
