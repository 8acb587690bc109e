import { words } from '../../words/words.ts';

export const useSignInWords = words('sign-in', {
  en: {
    signIn: {
      title: 'Sign in',
      email: 'E-mail',
      password: 'Password',
      go: 'Sign in',
      forgotten: 'Forgotten your password?',
      with: 'Sign in with {{name}}',
      or: 'or',
      wrong: 'E-mail and password do not fit together.',
      tooMany: 'Too many attempts. Wait a few minutes and try again.',
      'unknown-person': 'Nobody here is known by that account. Ask an administrator to invite you.',
      ended: 'Your session has ended. Sign in again to go on where you were.',
      failed: 'Signing in there did not work. Try again, or sign in with your password.',
    },
    setup: {
      title: 'Set up winback',
      intro:
        'You are the first here and become the administrator. The code stands in the terminal in which winback was started.',
      code: 'Code from the terminal',
      name: 'Your name',
      go: 'Create the account',
      done: 'This installation has been set up already.',
    },
    password: {
      invitation: 'Welcome, {{name}}',
      reset: 'A new password for {{name}}',
      new: 'New password',
      rule: 'At least 12 characters. Several words that you can remember are best.',
      go: 'Save and sign in',
      gone: 'This link is not valid any more',
      goneHint: 'It may have been used, or it is too old. Ask for another one.',
    },
    forgotten: {
      title: 'Forgotten your password?',
      intro:
        'Say your e-mail address. If it is known here, a link to a new password is on its way.',
      go: 'Send me a link',
      sent: 'If that address is known here, a mail is on its way. The link in it is good for an hour.',
      noMails:
        'No mails leave this installation. A link to a new password is written into its data folder, where whoever runs it finds it. An administrator can also send you a new invitation.',
      write: 'Write the link',
      written:
        'If that address is known here, the link lies in the data folder. It is good for an hour: ask whoever runs winback for it.',
      back: 'Back to signing in',
    },
  },
  de: {
    signIn: {
      title: 'Anmelden',
      email: 'E-Mail',
      password: 'Passwort',
      go: 'Anmelden',
      forgotten: 'Passwort vergessen?',
      with: 'Mit {{name}} anmelden',
      or: 'oder',
      wrong: 'E-Mail und Passwort passen nicht zusammen.',
      tooMany: 'Zu viele Versuche. Warten Sie ein paar Minuten.',
      'unknown-person':
        'Mit diesem Konto ist hier niemand bekannt. Lassen Sie sich von der Verwaltung einladen.',
      ended: 'Ihre Anmeldung ist beendet. Melden Sie sich wieder an, dann geht es dort weiter.',
      failed:
        'Die Anmeldung dort hat nicht geklappt. Versuchen Sie es noch einmal oder mit Passwort.',
    },
    setup: {
      title: 'winback einrichten',
      intro:
        'Sie sind als Erste hier und übernehmen die Verwaltung. Der Code steht im Terminal, in dem winback gestartet wurde.',
      code: 'Code aus dem Terminal',
      name: 'Ihr Name',
      go: 'Konto anlegen',
      done: 'Diese Installation ist schon eingerichtet.',
    },
    password: {
      invitation: 'Willkommen, {{name}}',
      reset: 'Ein neues Passwort für {{name}}',
      new: 'Neues Passwort',
      rule: 'Mindestens 12 Zeichen. Am besten mehrere Wörter, die Sie sich merken können.',
      go: 'Speichern und anmelden',
      gone: 'Dieser Link gilt nicht mehr',
      goneHint: 'Er ist schon benutzt worden oder zu alt. Lassen Sie sich einen neuen schicken.',
    },
    forgotten: {
      title: 'Passwort vergessen?',
      intro:
        'Nennen Sie Ihre E-Mail-Adresse. Ist sie hier bekannt, kommt ein Link zu einem neuen Passwort.',
      go: 'Link schicken',
      sent: 'Ist die Adresse hier bekannt, ist eine Mail unterwegs. Der Link darin gilt eine Stunde.',
      noMails:
        'Von hier gehen keine Mails hinaus. Ein Link zu einem neuen Passwort wird in den Datenordner geschrieben, wo ihn findet, wer winback betreibt. Auch die Verwaltung kann Ihnen eine neue Einladung geben.',
      write: 'Link schreiben',
      written:
        'Ist die Adresse hier bekannt, liegt der Link im Datenordner. Er gilt eine Stunde: fragen Sie, wer winback betreibt.',
      back: 'Zurück zur Anmeldung',
    },
  },
});
