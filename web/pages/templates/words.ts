import { words } from '../../words/words.ts';

export const useTemplateWords = words('templates', {
  en: {
    version: 'version {{version}}',
    label: 'Text of the template (YAML)',
    publish: 'Publish',
    published: 'Published as version {{version}}.',
    undo: 'Back to what it was',
    means: 'Mails and letters are written from the newest version as soon as it is published.',
    leave: 'Leave without publishing? What you have written is lost.',
    preview: 'As it would arrive',
    languageOf: 'Language of the preview',
    language: { de: 'German', en: 'English' },
    copy: 'Copy as new',
    add: 'New template',
    new: {
      title: 'A new template',
    },
    empty: 'There are no templates.',
    emptyMeans: 'A manager writes the first one.',
  },
  de: {
    version: 'Fassung {{version}}',
    label: 'Text der Vorlage (YAML)',
    publish: 'Veröffentlichen',
    published: 'Als Fassung {{version}} veröffentlicht.',
    undo: 'Zurück zum Bisherigen',
    means:
      'Mails und Briefe werden aus der neuesten Fassung geschrieben, sobald sie veröffentlicht ist.',
    leave: 'Ohne Veröffentlichung gehen? Was Sie geschrieben haben, geht verloren.',
    preview: 'So käme es an',
    languageOf: 'Sprache der Ansicht',
    language: { de: 'Deutsch', en: 'Englisch' },
    copy: 'Als neue kopieren',
    add: 'Neue Vorlage',
    new: {
      title: 'Eine neue Vorlage',
    },
    empty: 'Es gibt keine Vorlagen.',
    emptyMeans: 'Die Leitung schreibt die erste.',
  },
});
