import { randomBytes } from 'node:crypto';
import { installationUsers, passwordVariable } from '../kubernetes/nats-users.js';
import { masterKeys, password } from '../kubernetes/secrets.js';

/** What an installation by Docker Compose needs of secrets, each value new. */
export interface ComposeSecrets {
  /** Files by their paths below `deploy/`. */
  readonly files: ReadonlyMap<string, string>;
  readonly operatorToken: string;
}

/** Makes up the passwords of the servers, the operator's token, and the files of keys. */
export function composeSecrets(): ComposeSecrets {
  const operatorToken = `op_${password()}`;
  const variables = {
    ...Object.fromEntries(installationUsers().map(({ user }) => [passwordVariable(user), password()])),
    PASSWORD_REDIS: password(),
    PASSWORD_MONGODB: password(),
    OPERATOR_TOKEN: operatorToken,
  };
  const files = new Map([
    [
      '.env',
      Object.entries(variables)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    ],
    ['compose/secrets/master-keys', masterKeys()],
    ['compose/secrets/mongodb-key', `${randomBytes(512).toString('base64')}\n`],
  ]);
  return { files, operatorToken };
}
