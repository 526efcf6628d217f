import { urlsOfHost } from '@millrace/service-kit/host-addresses';
import type { OpsConfig } from '../config.js';
import { alikeFindings, type ToldSettings } from './alike-settings-check.js';
import { failed, ok, reasonOf, skipped, warning, type Finding } from './check.js';
import { clockFinding } from './clock.js';
import { askProcess, type ProcessDetails } from './process-details.js';

/** What is found of one process, and what it shows to be compared. */
interface Looked {
  readonly findings: readonly Finding[];
  readonly told: readonly ToldSettings[];
}

/**
 * What each process says of itself that is not in its readiness: its clock, the indexes of its collections, and the settings that have to be
 * the same everywhere. Of a service whose name has the addresses of all its processes, all of them are asked.
 */
export async function checkServiceDetails({ healthUrls }: Pick<OpsConfig, 'healthUrls'>): Promise<Finding[]> {
  const services = Object.entries(healthUrls);
  if (services.length === 0)
    return ['clocks of services', 'indexes', 'settings of services'].map((check) =>
      skipped(check, 'MILLRACE_HEALTH_URLS'),
    );
  const looked = await Promise.all(services.map(([service, url]) => processesOf(service, url)));
  return [...looked.flatMap(({ findings }) => findings), ...alikeFindings(looked.flatMap(({ told }) => told))];
}

async function processesOf(service: string, url: string): Promise<Looked> {
  const urls = await urlsOfHost(url);
  const looked = await Promise.all(
    urls.map(async (one) => {
      const { host } = new URL(one);
      const { findings, told } = await detailsOf(service, one);
      if (urls.length === 1) return { findings, told };
      return {
        findings: findings.map((finding) => (finding.status === 'ok' ? finding : { ...finding, found: `${host}: ${finding.found}` })), // prettier-ignore
        told: told.map(({ settings }) => ({ process: `${service} (${host})`, settings })),
      };
    }),
  );
  return {
    findings: onceIfGood(looked.flatMap(({ findings }) => findings)),
    told: looked.flatMap(({ told }) => told),
  };
}

/** What is as it should be in several processes, once. */
function onceIfGood(findings: readonly Finding[]): Finding[] {
  return findings.filter(
    ({ check, status }, index) => status !== 'ok' || findings.findIndex((one) => one.check === check) === index,
  );
}

async function detailsOf(service: string, url: string): Promise<Looked> {
  try {
    const began = Date.now();
    const { now, failure, indexes, settings } = await askProcess(url);
    const clock = clockFinding(service, Date.parse(now), { began, ended: Date.now() });
    const told = settings === undefined ? [] : [{ process: service, settings }];
    if (failure !== undefined) {
      const cure = 'look at the database, and run doctor again';
      return { findings: [clock, failed(`indexes of ${service}`, failure, cure)], told };
    }
    return { findings: indexes === undefined ? [clock] : [clock, ...indexFindings(service, indexes)], told };
  } catch (error) {
    const cure = `look at ${service}, and at its address in MILLRACE_HEALTH_URLS`;
    return { findings: [failed(`details of ${service}`, reasonOf(error), cure)], told: [] };
  }
}

function indexFindings(service: string, { missing, extra }: NonNullable<ProcessDetails['indexes']>): Finding[] {
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
        'once all processes are of this release: millrace-ops indexes drop; each costs every write',
      ),
    );
  return found.length > 0 ? found : [ok(check, 'as this release makes them')];
}
