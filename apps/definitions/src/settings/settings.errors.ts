import { AppError } from '@millrace/contracts';

/** What a setting is called in messages. */
export type SettingKind = 'secret' | 'variable' | 'mailbox' | 'sender' | 'provider' | 'subscription';

const NOT_FOUND = {
  secret: 'SECRET_NOT_FOUND',
  variable: 'VARIABLE_NOT_FOUND',
  mailbox: 'MAILBOX_NOT_FOUND',
  sender: 'MAIL_SENDER_NOT_FOUND',
  provider: 'AI_PROVIDER_NOT_FOUND',
  subscription: 'EVENT_SUBSCRIPTION_NOT_FOUND',
} as const;
const PLURALS = {
  secret: 'secrets',
  variable: 'variables',
  mailbox: 'mailboxes',
  sender: 'mail senders',
  provider: 'providers of models',
  subscription: 'subscriptions to events',
} as const;

/** Kinds that are found by their ids. */
const BY_ID: readonly SettingKind[] = ['mailbox', 'subscription'];

/** Thrown for a name that the organisation has not. */
export function settingNotFound(kind: SettingKind, name: string): AppError {
  const member = `${kind}_${BY_ID.includes(kind) ? 'id' : 'name'}`;
  return new AppError(NOT_FOUND[kind], { details: { [member]: name } });
}

/** Thrown when the organisation has as many as it may have. */
export function tooManySettings(kind: SettingKind, limit: number): AppError {
  return new AppError('QUOTA_EXCEEDED', {
    message: `The organisation has ${limit} ${PLURALS[kind]}, and may not have more. Delete some that are not needed.`,
    details: { limit, kind: PLURALS[kind] },
  });
}

/** Thrown when the values of all of them would be too large together. */
export function settingsTooLarge(kind: SettingKind, limitBytes: number): AppError {
  return new AppError('QUOTA_EXCEEDED', {
    message: `All ${PLURALS[kind]} of the organisation together may have ${limitBytes} bytes, and with this one they would have more. Delete some that are not needed, or store less.`,
    details: { limit_bytes: limitBytes, kind: `bytes_of_${PLURALS[kind]}` },
  });
}

/** Thrown when the caller's version is not the present one. */
export function settingConflict(kind: SettingKind, name: string, ifVersion: number, currentVersion: number): AppError {
  return new AppError('VERSION_CONFLICT', {
    message: `The ${kind} "${name}" has been changed since it was read: it is at version ${currentVersion}, not ${ifVersion}. Read it again and repeat the change.`,
    details: { name, if_version: ifVersion, current_version: currentVersion },
  });
}

/** Thrown when a change lost against other changes, or too many wait. */
export function tooManySettingWriters(kind: SettingKind): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: `The organisation's ${PLURALS[kind]} are being changed by many callers at once; try again`,
    details: { service: 'definitions' },
  });
}
