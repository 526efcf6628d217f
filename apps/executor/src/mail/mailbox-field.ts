import { shortened } from '@millrace/contracts';
import { valueField } from '../steps/fields.js';
import type { Evaluate } from '../steps/step-handler.js';
import { mailInvalid } from './mail-invalid.js';
import { parseMailbox, type Mailbox } from '@millrace/service-kit/mailbox';

/** Characters of an address that an error repeats. */
const SHOWN = 100;

/**
 * A field with mailboxes. Commas separate them only where they are written in the workflow: a value of an expression is one
 * mailbox, or an array of them, so that what somebody else has typed never becomes a further recipient.
 */
export function mailboxField(config: string | readonly string[] | undefined, field: string): Evaluate<Mailbox[]> {
  if (config === undefined) return () => [];
  const texts = typeof config === 'string' ? splitAtCommas(config) : config;
  const values = texts.map((text) => valueField(text, field));
  return (scope, options) => values.flatMap((value) => mailboxesOf(value(scope, options), field));
}

/** The parts of a text between its commas, but not those inside `{{ }}`, quotes or `< >`. */
export function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text.startsWith('{{', at)) at = endOfExpression(text, at) - 1;
    else if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === ',' && !isQuoted) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** Where the `{{` at `start` ends: behind its `}}`, which is none inside the quotes of a text. */
function endOfExpression(text: string, start: number): number {
  let quote = '';
  for (let at = start + 2; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (text.startsWith('}}', at)) return at + 2;
  }
  return text.length;
}

function mailboxesOf(value: unknown, field: string): Mailbox[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((one: unknown) => mailboxesOfText(one, field));
  return mailboxesOfText(value, field);
}

function mailboxesOfText(value: unknown, field: string): Mailbox[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'string')
    throw mailInvalid(field, `config.${field} must be an address or an array of addresses, but got ${kindOf(value)}`);
  if (value.trim() === '') return [];
  const mailbox = parseMailbox(value);
  if ('problem' in mailbox)
    throw mailInvalid(field, `config.${field}: ${JSON.stringify(shortened(value, SHOWN))} ${mailbox.problem}`);
  return [mailbox];
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'an array in an array' : `a value of type ${typeof value}`;
}
