import { natsUsers } from '@millrace/messaging';

/** The variable with the password of a user, as NATS's configuration reads it from its environment. */
export function passwordVariable(user: string): string {
  return `PASSWORD_${user.toUpperCase().replaceAll('-', '_')}`;
}

/** The NATS users of all services, least rights each, as a file that NATS's configuration includes. Passwords come from the environment. */
export function natsUsersFile(): string {
  const users = natsUsers().map(({ user, permissions }) =>
    [
      '    {',
      `      user: ${JSON.stringify(user)}`,
      `      password: $${passwordVariable(user)}`,
      `      permissions: ${JSON.stringify(permissions)}`,
      '    }',
    ].join('\n'),
  );
  return [
    '# Written by `npm run kubernetes` from packages/messaging/src/service-access.ts.',
    '# One account for all, the default one; a user for each service.',
    'authorization {',
    '  users = [',
    ...users,
    '  ]',
    '}',
    '',
  ].join('\n');
}
