import { SERVER_FLOORS, type ServerName } from '@millrace/contracts';
import { warning, type Finding } from './check.js';

/** A server with a hole that is known, and fixed in a later version. */
export function unsafeVersion(check: string, server: ServerName, version: string): Finding {
  const cure = `use ${SERVER_FLOORS[server].join(', ')} or later, of its own line of releases or a newer one`;
  return warning(check, `version ${version} has known holes`, cure);
}
