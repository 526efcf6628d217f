/** What a token may be allowed to do. */
export const SCOPES = [
  'workflows:read',
  'workflows:write',
  'executions:read',
  'executions:write',
  'triggers:read',
  'triggers:write',
  'settings:read',
  'settings:write',
  'secrets:write',
  'tokens:write',
  'credits:read',
  'audit:read',
] as const;
export type Scope = (typeof SCOPES)[number];
