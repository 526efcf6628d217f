import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { encodeTime } from 'ulid';
import { randomBytes } from './random-bytes.js';
import { CROCKFORD, TIME_DIGITS, timeOrder } from './time-order.js';

const nextInOrder = timeOrder();

/** The kinds of ids, by prefix. Execution ids are time-ordered, so that lists page by id. */
export const ID_PREFIXES = {
  organisation: 'org',
  workflow: 'wf',
  execution: 'exec',
  webhook: 'wh',
  token: 'tok',
  secret: 'sec',
  variable: 'var',
  mailbox: 'mbx',
  message: 'msg',
  sender: 'snd',
  provider: 'aip',
  subscription: 'sub',
  delivery: 'dlv',
  event: 'evt',
  audit_entry: 'aud',
  webhook_call: 'whc',
  job: 'job',
  file: 'file',
  approval: 'appr',
} as const;

/** A time-ordered id such as `exec_01JDH…` (26 characters of Crockford base 32, lower case). No dots: ids are subject tokens. */
export function newId(kind: keyof typeof ID_PREFIXES): string {
  return `${ID_PREFIXES[kind]}_${nextInOrder()}`;
}

/** The time-ordered part of ids alone, for what is made later: see {@link idMadeOf}. */
export function newIdDigits(): string {
  return nextInOrder();
}

/** The id of this kind whose time-ordered part was chosen before. */
export function idMadeOf(kind: keyof typeof ID_PREFIXES, digits: string): string {
  return `${ID_PREFIXES[kind]}_${digits}`;
}

/**
 * The same id for the same parts, so that doing something twice is doing it once: a repeated start gets the id of
 * the first one. Ordered by `at` (milliseconds since the epoch, the nominal time of what it is for, which must not differ
 * between repetitions), like the ids of {@link newId}. The parts say what it is for and begin with the organisation, so that
 * nobody can take an id of another's: `[organisation_id, 'schedule', workflow_id]`. 80 bits of SHA-256 distinguish ids of one
 * millisecond apart.
 */
export function derivedId(
  kind: keyof typeof ID_PREFIXES,
  at: number,
  parts: readonly [organisationId: string, source: string, ...rest: string[]],
): string {
  const digest = sha256(utf8ToBytes(JSON.stringify(parts)));
  let bits = 0n;
  for (const byte of digest.subarray(0, 10)) bits = (bits << 8n) | BigInt(byte);
  let hash = '';
  for (; hash.length < 16; bits >>= 5n) hash = (CROCKFORD[Number(bits & 31n)] ?? '') + hash;
  return `${ID_PREFIXES[kind]}_${encodeTime(at).toLowerCase()}${hash}`;
}

/** The id of a step, with the number of its iteration when it is a loop or a branch without a name. */
const STEP = '[A-Za-z][A-Za-z0-9_-]{0,63}(?:\\[\\d{1,6}\\])?';

/** The name of a secret, a variable, a mail sender or a provider of models: `secrets.api_key`, or `secrets["api-key"]`. It is part of keys and of contexts of encryption. */
export const SETTING_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * The kinds of ids that callers send, and their form: 26 characters of {@link newId}; 24 of {@link randomSecret} in webhook
 * addresses; numbers from 1 for versions. The path of a step run names a step and what it is inside of: five loops and parallels, and their branches.
 */
export const ID_FORMS = {
  /** Also those that settings choose. They are tokens of NATS subjects, so they hold no dots, stars or spaces. */
  organisation: /^org_[A-Za-z0-9_-]{1,64}$/,
  workflow: /^wf_[0-9a-z]{26}$/,
  execution: /^exec_[0-9a-z]{26}$/,
  token: /^tok_[0-9a-z]{26}$/,
  mailbox: /^mbx_[0-9a-z]{26}$/,
  subscription: /^sub_[0-9a-z]{26}$/,
  delivery: /^dlv_[0-9a-z]{26}$/,
  audit_entry: /^aud_[0-9a-z]{26}$/,
  webhook_call: /^whc_[0-9a-z]{26}$/,
  job: /^job_[0-9a-z]{26}$/,
  file: /^file_[0-9a-z]{52}$/,
  approval: /^appr_[0-9a-z]{52}$/,
  /** Of a link to an approval: 32 characters of {@link randomSecret}. */
  link_token: /^[a-z2-7]{32}$/,
  webhook: /^wh_[0-9a-z]{24}$/,
  /** Its number in the stream of dead letters. */
  dead_letter: /^dl_[1-9]\d{0,14}$/,
  version: /^[1-9]\d{0,8}$/,
  schedule_index: /^(?:0|[1-9]\d?)$/,
  setting_name: SETTING_NAME,
  /** As `SIGNAL_NAME_PATTERN` of the schema says. */
  signal_name: /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/,
  step_type: /^[a-z][a-z_]{0,39}$/,
  step_path: new RegExp(`^${STEP}(?:\\.${STEP}){0,10}$`),
} as const;

/** A kind of ids that callers send. */
export type IdKind = keyof typeof ID_FORMS;

/**
 * True for a text that has the form of an id of this kind. What has not names nothing, and must not become part of a
 * subject, a key or a query: ids come from outside, at any length and with any character.
 */
export function isId(kind: IdKind, text: string): boolean {
  return ID_FORMS[kind].test(text);
}

/**
 * The id of a file of an execution, beyond guessing: it begins as that of the execution, so that the id alone says where the file is.
 * With a `digest` (32 bytes) always the same for the same.
 */
export function newFileId(executionId: string, digest?: Uint8Array): string {
  const ending = digest === undefined ? randomSecret(26) : base32(digest);
  return `${ID_PREFIXES.file}_${executionId.slice(ID_PREFIXES.execution.length + 1)}${ending}`;
}

/** The execution whose file has this id. */
export function executionOfFile(fileId: string): string {
  const from = ID_PREFIXES.file.length + 1;
  return `${ID_PREFIXES.execution}_${fileId.slice(from, from + 26)}`;
}

/** The id of what one attempt of a step asks people, the same each time: the id alone says in which execution it is. */
export function approvalIdOf(executionId: string, path: string, attempt: number): string {
  const digest = sha256(utf8ToBytes(JSON.stringify([executionId, path, attempt])));
  return `${ID_PREFIXES.approval}_${executionId.slice(ID_PREFIXES.execution.length + 1)}${base32(digest)}`;
}

/** The execution that asks for this approval. */
export function executionOfApproval(approvalId: string): string {
  const from = ID_PREFIXES.approval.length + 1;
  return `${ID_PREFIXES.execution}_${approvalId.slice(from, from + 26)}`;
}

/** 26 characters of the first 17 bytes. */
function base32(digest: Uint8Array): string {
  let bits = 0n;
  for (const byte of digest.subarray(0, 17)) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (; text.length < 26; bits >>= 5n) text += SECRET_ALPHABET.charAt(Number(bits & 31n));
  return text;
}

/** The digits of base 32 (lower case, RFC 4648). */
export const SECRET_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** `length` random characters of base 32 (5 bits each, at most 2,048) from the platform's secure generator: for tokens and webhook addresses. */
export function randomSecret(length: number): string {
  return secretOf(randomBytes(length));
}

/** The same of given random bytes, a character of each. */
export function secretOf(bytes: Uint8Array): string {
  let secret = '';
  for (const byte of bytes) secret += SECRET_ALPHABET.charAt(byte & 31);
  return secret;
}

/** What every time-ordered id of a kind that was made at a time (milliseconds since the epoch) or later is greater than. */
export function firstIdAt(kind: keyof typeof ID_PREFIXES, time: number): string {
  return `${ID_PREFIXES[kind]}_${encodeTime(Math.max(0, Math.floor(time)), TIME_DIGITS).toLowerCase()}`;
}

/** Milliseconds since the epoch that a time-ordered id was made at, or null when it is none of ours. */
export function idTime(id: string): number | null {
  const match = /^[a-z]+_([0-9a-hjkmnp-tv-z]{10})[0-9a-hjkmnp-tv-z]{16}$/.exec(id);
  if (!match?.[1]) return null;
  let time = 0;
  for (const character of match[1]) time = time * 32 + CROCKFORD.indexOf(character);
  return time;
}

/** An API token as it may be in an Authorization header, long enough to be beyond guessing (22 characters of base 62 are 130 bits). */
export const API_TOKEN_FORM = /^[\x21-\x7e]{22,512}$/;
