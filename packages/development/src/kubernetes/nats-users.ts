import { natsUsers, operatorUser, type NatsUser } from '@millrace/messaging';

/** The variable with the password of a user, as NATS's configuration reads it from its environment. */
export function passwordVariable(user: string): string {
  return `PASSWORD_${user.toUpperCase().replaceAll('-', '_')}`;
}

/** Everybody whom the NATS server of an installation lets in: the services, and the operator with NATS's own commands. */
export function installationUsers(): NatsUser[] {
  return [...natsUsers(), operatorUser()];
}

/** These users, least rights each, as a file that NATS's configuration includes. Passwords come from the environment. */
export function natsUsersFile(): string {
  const users = installationUsers().map(({ user, permissions }) =>
    [
      '    {',
      `      user: ${JSON.stringify(user)}`,
      `      password: $${passwordVariable(user)}`,
      `      permissions: ${JSON.stringify(permissions)}`,
      '    }',
    ].join('\n'),
  );
  return [
    '# Written by `npm run kubernetes` from service-access.ts and operator-user.ts in packages/messaging/src.',
    '# One account for all, the default one; a user for each service, and one for the operator.',
    'authorization {',
    '  users = [',
    ...users,
    '  ]',
    '}',
    '',
  ].join('\n');
}
