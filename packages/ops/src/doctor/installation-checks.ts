import { systemEndpoints, type System } from '@millrace/contracts/http';
import { MOST_SKEW_MS } from '@millrace/service-kit/clock-skew';
import type { OpsConfig } from '../config.js';
import { RefusedError, type OperatorApi } from '../operator-api.js';
import { failed, ok, reasonOf, skipped, warning, type Finding } from './check.js';
import { skewOf } from './clock.js';

const TIMEOUT_MS = 5_000;

/** What to do about a dependency of a service, by the name of its check. */
const CURES: Readonly<Record<string, string>> = {
  nats: "look at the NATS server, and at the service's MILLRACE_NATS_URL and its password there",
  mongodb: "look at the database, and at the service's MILLRACE_MONGODB_URL",
  redis: "look at Redis, and at the service's MILLRACE_REDIS_URL; calls are counted by each process alone meanwhile",
  storage: 'free disk space or make the store larger: docs/runbooks/MillraceStorageFull.md',
  clock: 'synchronise the clocks of all machines (NTP): docs/runbooks/MillraceClockWrong.md',
  service: 'it is starting; its log says what it waits for',
};

/** Processes of a service of which one may end at any time. */
const SAFE_PROCESSES = 2;

/** What the API says of the installation. `natsReplicas`: with several copies of each stream it is meant to outlive any one process. */
export async function checkInstallation(
  api: OperatorApi,
  { natsReplicas }: Pick<OpsConfig, 'natsReplicas'>,
): Promise<Finding[]> {
  let system: System;
  try {
    system = await api.call<System>(systemEndpoints.get, {});
  } catch (error) {
    const cure =
      error instanceof RefusedError
        ? 'MILLRACE_OPERATOR_TOKEN must be what the gateway has under that name'
        : 'start the gateway, and set MILLRACE_API_URL to its address with /v1';
    return [failed('api', reasonOf(error), cure)];
  }
  return [
    ok('api', 'it responds, and takes the token'),
    ...servicesIn(system, natsReplicas > 1 ? SAFE_PROCESSES : 1),
    ...stateIn(system),
  ];
}

function servicesIn({ services, sources }: System, safe: number): Finding[] {
  const away = sources.filter(({ answered }) => !answered);
  const unanswered = away.map(({ source, error }) =>
    failed(
      source,
      `it did not respond: ${error ?? 'no reason given'}`,
      `look at ${source}: its log, and whether it runs`,
    ),
  );
  const found = services.flatMap(({ service, replicas, versions }): Finding[] => {
    const check = `service ${service}`;
    const drained = replicas.filter(({ status }) => status === 'drained');
    const working = replicas.length - drained.length;
    if (working === 0)
      return [
        drained.length > 0
          ? failed(
              check,
              'all of its processes are drained: somebody has taken them out of service',
              'start another one, or end one of these by SIGTERM and start it anew: it has work again then',
            )
          : failed(
              check,
              'no process of it is there',
              'start it; if it runs, it is cut off from NATS or hangs: restart it',
            ),
      ];
    const failing = replicas.flatMap(({ instance, failing: checks }) =>
      checks.map(({ check: name, detail }) =>
        failed(check, `${instance}: ${name} fails: ${detail ?? 'no reason given'}`, CURES[name] ?? 'look at its log'),
      ),
    );
    for (const { instance, node } of drained)
      failing.push(
        warning(
          check,
          `${instance} on ${node ?? 'its machine'} is drained: it has no work`,
          'end it when you are done with its machine; started anew, it has work again',
        ),
      );
    if (versions.length > 1)
      failing.push(warning(check, `it runs as ${versions.join(' and ')}`, 'finish the upgrade: docs/operate.md'));
    if (working < safe)
      failing.push(
        warning(
          check,
          `${working} process of it is there, and nobody goes on when it ends`,
          `run ${safe} of it: replicas, or the least of its scaler: docs/deploy.md`,
        ),
      );
    const nodes = [...new Set(replicas.flatMap(({ node }) => node ?? []))].sort();
    const where = nodes.length > 0 ? ` on ${nodes.join(', ')}` : '';
    return failing.length > 0 ? failing : [ok(check, `${working} up${where}, release ${versions.join()}`)];
  });
  return [...unanswered, ...found];
}

function stateIn({ queues, timers, dead_letters, starts }: System): Finding[] {
  const late = queues
    .filter((queue) => !queue.ok)
    .map(({ queue, waiting, normal, taken_by }) =>
      warning(
        `queue ${queue}`,
        `${waiting} wait; normal: ${normal}`,
        `look at ${taken_by}: more processes, or none runs`,
      ),
    );
  if (timers?.ok === false)
    late.push(warning('timers', `${timers.due} are due`, 'docs/runbooks/MillraceTimersLate.md'));
  if (dead_letters?.ok === false)
    late.push(warning('dead letters', `there are ${dead_letters.count}`, 'docs/runbooks/MillraceDeadLetters.md'));
  if (starts?.paused)
    late.push(
      warning('starts', `they are paused since ${starts.since ?? '?'}`, 'millrace-ops resume-all, when it is time'),
    );
  return late.length > 0 ? late : [ok('queues', 'as they normally are')];
}

/** Whether this clock and that of the gateway agree. */
export async function checkClock({ apiUrl }: Pick<OpsConfig, 'apiUrl'>, now = Date.now): Promise<Finding> {
  if (apiUrl === undefined) return skipped('clock', 'MILLRACE_API_URL');
  try {
    const began = now();
    const response = await fetch(`${apiUrl}/step-types`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.arrayBuffer();
    const ended = now();
    const there = Date.parse(response.headers.get('date') ?? '');
    if (Number.isNaN(there)) return skipped('clock', 'the header Date of the API');
    // Whole seconds, at some time while the answer was made.
    const skew = skewOf(there, there + 1_000, { began, ended });
    if (Math.abs(skew) <= MOST_SKEW_MS) return ok('clock', 'it agrees with that of the gateway');
    return failed('clock', `that of the gateway differs by ${skew} ms`, 'synchronise the clocks of all machines (NTP)');
  } catch (error) {
    return failed(
      'clock',
      `the API cannot be asked: ${reasonOf(error)}`,
      'set MILLRACE_API_URL to its address with /v1',
    );
  }
}

/** Whether the address that users are given is of this installation, by a way that is safe. */
export async function checkPublicUrl({ publicUrl, apiUrl }: Pick<OpsConfig, 'publicUrl' | 'apiUrl'>): Promise<Finding> {
  const check = 'public address';
  if (publicUrl === undefined) return skipped(check, 'MILLRACE_PUBLIC_URL');
  const { protocol, hostname } = new URL(publicUrl);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  try {
    const response = await fetch(`${publicUrl}/v1/step-types`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const here =
      apiUrl === undefined ? null : await fetch(`${apiUrl}/step-types`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const [seen, wanted] = [await response.text(), here === null ? null : await here.text()];
    if (!response.ok || (wanted !== null && seen !== wanted))
      return failed(
        check,
        `${publicUrl} is not this installation`,
        'let the proxy or DNS lead to the gateway, or set MILLRACE_PUBLIC_URL',
      );
  } catch (error) {
    return failed(
      check,
      `${publicUrl} cannot be reached from here: ${reasonOf(error)}`,
      'look at DNS, the proxy and its certificate',
    );
  }
  if (protocol !== 'https:' && !isHere)
    return warning(check, `${publicUrl} is not encrypted`, 'tokens and webhooks go over it in clear text: use https');
  return ok(check, `${publicUrl} leads to the gateway`);
}
