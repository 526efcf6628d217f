import { missingRights } from '@millrace/messaging';
import type { OpsConfig } from '../config.js';
import { failed, ok, reasonOf, skipped, type Finding } from './check.js';

/** Rights that a finding names. */
const NAMED = 5;

/** Whether each service may do on NATS what it has to, as far as that can be tried without doing anything. */
export async function checkNatsRights({ natsUrls }: Pick<OpsConfig, 'natsUrls'>): Promise<Finding[]> {
  const services = Object.entries(natsUrls);
  if (services.length === 0) return [skipped('nats rights', 'MILLRACE_NATS_URLS')];
  return Promise.all(services.map(([service, url]) => rightsOf(service, url)));
}

async function rightsOf(service: string, url: string): Promise<Finding> {
  const check = `nats rights of ${service}`;
  try {
    const missing = await missingRights(url, service);
    if (missing.length === 0) return ok(check, 'it may do what it has to');
    const named = missing.slice(0, NAMED).join(', ');
    const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
    return failed(check, `it may not use ${named}${more}`, 'let NATS load users.conf of this release: docs/operate.md');
  } catch (error) {
    return failed(check, reasonOf(error), `look at the user and the password of ${service} in users.conf`);
  }
}
