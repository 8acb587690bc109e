import { describe, expect, it } from '@jest/globals';
import { mentionedIn } from '../../domain/mentions.ts';

const people = [
  { keyId: 'anna', name: 'Anna' },
  { keyId: 'anna-s', name: 'Anna Schmidt' },
  { keyId: 'bert', name: 'Bert' },
  { keyId: 'bert-2', name: 'Bert' },
];

describe('who is named in a text', () => {
  it.each([
    ['Please call, @Anna.', ['anna']],
    ['@anna schmidt knows them', ['anna-s']],
    ['@Annabel is somebody else', []],
    ['Anna without the sign', []],
    ['the address mail@bert.example', []],
    ['@Bert, ask @Anna, not @Bert', ['bert', 'bert-2', 'anna']],
    ['@', []],
  ])('%s', (text, named) => {
    expect(mentionedIn(text, people)).toEqual(named);
  });
});
