import { AppError } from '@millrace/contracts';
import type { SecretReader } from '@millrace/service-kit/sealing';
import type { SecretSources } from './trigger-texts.js';

type Reader = Pick<SecretReader, 'read' | 'readFormer'>;

/** Where the values of required headers are read: one that is damaged refuses the call. */
export function headerSecrets(secrets: Reader, organisationId: string): SecretSources {
  return {
    read: (names) => secrets.read(organisationId, names),
    readFormer: (names) => secrets.readFormer(organisationId, names),
  };
}

/** Where the secrets of a signature are read: one that is damaged counts as missing, for the other one may be good, and a stranger learns nothing about either. */
export function signatureSecrets(secrets: Reader, organisationId: string): SecretSources {
  return {
    read: (names) => readable(names, (name) => secrets.read(organisationId, [name])),
    readFormer: (names) => readable(names, (name) => secrets.readFormer(organisationId, [name])),
  };
}

async function readable<Value>(
  names: readonly string[],
  read: (name: string) => Promise<Readonly<Record<string, Value>>>,
): Promise<Record<string, Value>> {
  const found: Record<string, Value> = {};
  for (const name of names) {
    try {
      Object.assign(found, await read(name));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'SECRET_UNREADABLE') throw error;
    }
  }
  return found;
}
