import { ScaffoldError } from './scaffold-error.js';

/** One name in the spellings that code needs. */
export interface Names {
  /** As it was given: `send_sms`, `mail-reader`. */
  readonly name: string;
  /** Of files: `send-sms`. */
  readonly kebab: string;
  /** Of values: `sendSms`. */
  readonly camel: string;
  /** Of types: `SendSms`. */
  readonly pascal: string;
  /** Of titles: `Send sms`. */
  readonly title: string;
}

const LONGEST_NAME = 40;

/** Words that no variable may have for its name. */
const RESERVED = new Set(
  'await break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with yield let static'.split(
    ' ',
  ),
);

/** The spellings of the name of a step type or trigger, such as `send_sms`. Throws ScaffoldError. */
export function typeNames(name: string): Names {
  return namesOf(name, '_', 'send_sms');
}

/** The spellings of the name of a service, such as `mail-reader`. Throws ScaffoldError. */
export function serviceNames(name: string): Names {
  return namesOf(name, '-', 'mail-reader');
}

function namesOf(name: string, separator: '_' | '-', example: string): Names {
  const words = name.split(separator);
  if (name.length > LONGEST_NAME || !words.every((word) => /^[a-z][a-z0-9]*$/.test(word)) || RESERVED.has(name)) {
    throw new ScaffoldError(
      `"${name}" cannot be a name here: small letters and digits, words joined by "${separator}", at most ${LONGEST_NAME} characters, no word of the language, e.g. ${example}`,
    );
  }
  const pascal = words.map(capitalised).join('');
  return {
    name,
    kebab: words.join('-'),
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
    title: capitalised(words.join(' ')),
  };
}

/** With a capital at its beginning. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
