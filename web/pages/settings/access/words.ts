import { words } from '../../../words/words.ts';

export const useAccessWords = words('settings-access', {
  en: {
    name: 'Name',
    revoke: 'Revoke',
    revoked: 'Revoked.',
    isRevoked: 'revoked',
    made: 'made {{at}}',
    used: 'last used {{at}}',
    unused: 'never used',
    keys: {
      intro:
        'With a key a program calls the API. A key is shown once, when it is made; people sign in instead.',
      new: 'New key',
      nameHint: 'Which program it is for, such as “Shop” or “CRM”.',
      role: 'Role',
      expires: 'Last day',
      expiresHint: 'Empty: it never expires.',
      make: 'Make the key',
      secret: 'Key',
      hint: 'The program sends it with every request, as “Authorization: Bearer …”.',
      title: 'The key for {{name}}',
      expiresAt: 'expires {{at}}',
      expired: 'expired',
      none: 'No keys yet',
      noneHint: 'Make one for each program that calls winback.',
      revokeTitle: 'Revoke the key {{name}}?',
      revokeText:
        'Whatever uses it is refused from now on (401). It cannot be undone: you would make another one.',
    },
    secrets: {
      intro:
        'With a signing secret a sales system signs the events it sends (Standard Webhooks), and needs no key. Two of the same name may be valid while a sender goes over from one to the other.',
      new: 'New secret',
      nameHint: 'Which system signs with it.',
      make: 'Make the secret',
      secret: 'Secret',
      title: 'The secret for {{name}}',
      hint: 'The sender signs the raw body of each request with it.',
      none: 'No signing secrets',
      noneHint: 'Make one for a sales system that signs its events instead of sending a key.',
      revokeTitle: 'Revoke the secret {{name}}?',
      revokeText: 'Events signed with it are refused from now on. It cannot be undone.',
    },
  },
  de: {
    name: 'Name',
    revoke: 'Sperren',
    revoked: 'Gesperrt.',
    isRevoked: 'gesperrt',
    made: 'angelegt {{at}}',
    used: 'zuletzt benutzt {{at}}',
    unused: 'nie benutzt',
    keys: {
      intro:
        'Mit einem Schlüssel ruft ein Programm die Schnittstelle auf. Er wird nur beim Anlegen gezeigt; Menschen melden sich stattdessen an.',
      new: 'Neuer Schlüssel',
      nameHint: 'Für welches Programm er ist, etwa „Shop“ oder „CRM“.',
      role: 'Rolle',
      expires: 'Letzter Tag',
      expiresHint: 'Leer: Er gilt ohne Ende.',
      make: 'Schlüssel anlegen',
      secret: 'Schlüssel',
      hint: 'Das Programm sendet ihn mit jeder Anfrage, als „Authorization: Bearer …“.',
      title: 'Der Schlüssel für {{name}}',
      expiresAt: 'gilt bis {{at}}',
      expired: 'abgelaufen',
      none: 'Noch keine Schlüssel',
      noneHint: 'Legen Sie einen für jedes Programm an, das winback aufruft.',
      revokeTitle: 'Schlüssel {{name}} sperren?',
      revokeText:
        'Was ihn benutzt, wird von jetzt an abgewiesen (401). Das lässt sich nicht rückgängig machen: Sie müssten einen neuen anlegen.',
    },
    secrets: {
      intro:
        'Mit einem Signaturgeheimnis unterschreibt ein Verkaufssystem seine Ereignisse (Standard Webhooks) und braucht keinen Schlüssel. Zwei mit demselben Namen dürfen gelten, solange ein Absender vom einen zum anderen wechselt.',
      new: 'Neues Geheimnis',
      nameHint: 'Welches System damit unterschreibt.',
      make: 'Geheimnis anlegen',
      secret: 'Geheimnis',
      title: 'Das Geheimnis für {{name}}',
      hint: 'Damit unterschreibt der Absender den Inhalt jeder Anfrage.',
      none: 'Keine Signaturgeheimnisse',
      noneHint:
        'Legen Sie eines für ein Verkaufssystem an, das unterschreibt, statt einen Schlüssel zu senden.',
      revokeTitle: 'Geheimnis {{name}} sperren?',
      revokeText:
        'Ereignisse mit dieser Unterschrift werden von jetzt an abgewiesen. Das lässt sich nicht rückgängig machen.',
    },
  },
});
