import type { OpsConfig } from '../config.js';
import { failed, ok, reasonOf, skipped, warning, type Finding } from './check.js';
import { clockFinding } from './clock.js';

const TIMEOUT_MS = 10_000;

/** What `/health/details` of a service says. */
interface Details {
  readonly now: string;
  readonly failure?: string;
  readonly indexes?: { readonly missing: readonly string[]; readonly extra: readonly string[] };
}

/** What each service says of itself that is not in its readiness: its clock, and the indexes of its collections. */
export async function checkServiceDetails({ healthUrls }: Pick<OpsConfig, 'healthUrls'>): Promise<Finding[]> {
  const services = Object.entries(healthUrls);
  if (services.length === 0)
    return ['clocks of services', 'indexes'].map((check) => skipped(check, 'MILLRACE_HEALTH_URLS'));
  return (await Promise.all(services.map(([service, url]) => detailsOf(service, url)))).flat();
}

async function detailsOf(service: string, url: string): Promise<Finding[]> {
  try {
    const began = Date.now();
    const response = await fetch(new URL('/health/details', url), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { now, failure, indexes } = (await response.json()) as Details;
    const clock = clockFinding(service, Date.parse(now), { began, ended: Date.now() });
    if (failure !== undefined)
      return [clock, failed(`indexes of ${service}`, failure, 'look at the database, and run doctor again')];
    return indexes === undefined ? [clock] : [clock, ...indexFindings(service, indexes)];
  } catch (error) {
    return [
      failed(
        `details of ${service}`,
        reasonOf(error),
        `look at ${service}, and at its address in MILLRACE_HEALTH_URLS`,
      ),
    ];
  }
}

function indexFindings(service: string, { missing, extra }: NonNullable<Details['indexes']>): Finding[] {
  const check = `indexes of ${service}`;
  const found: Finding[] = [];
  if (missing.length > 0)
    found.push(
      failed(
        check,
        `missing: ${missing.join('; ')}`,
        `restart ${service}, which makes them; its log says why it could not`,
      ),
    );
  if (extra.length > 0)
    found.push(
      warning(
        check,
        `not of this release: ${extra.join('; ')}`,
        'drop them once all processes are of this release: each costs every write',
      ),
    );
  return found.length > 0 ? found : [ok(check, 'as this release makes them')];
}
