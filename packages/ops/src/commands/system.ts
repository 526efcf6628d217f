import { systemEndpoints, type Starts, type System } from '@millrace/contracts/http';
import type { Command } from '../command.js';
import { table } from '../table.js';

const systemCommand: Command = {
  name: 'system',
  summary: 'show how the installation is: services, queues, timers, dead letters, leases',
  async run({ api }) {
    const system = await api.call<System>(systemEndpoints.get, {});
    return { json: system, lines: linesOf(system), ok: system.ok };
  },
};

const pauseCommand: Command = {
  name: 'pause-all',
  summary: 'pause all starts of executions; what runs goes on',
  options: { reason: { type: 'string', description: 'why, for whoever is refused' } },
  async run({ api, options: { reason } }) {
    const body = typeof reason === 'string' ? { reason } : {};
    const starts = await api.call<Starts>(systemEndpoints.pauseStarts, {}, { body });
    return { json: starts, lines: [`All starts are paused since ${starts.since ?? 'now'}.`] };
  },
};

const resumeCommand: Command = {
  name: 'resume-all',
  summary: 'let executions start again',
  async run({ api }) {
    const starts = await api.call<Starts>(systemEndpoints.resumeStarts, {});
    return { json: starts, lines: ['Executions may start.'] };
  },
};

const mark = (ok: boolean): string => (ok ? 'ok' : 'NOT OK');

function linesOf(system: System): string[] {
  const away = system.sources.filter(({ answered }) => !answered);
  const services = system.services.map(({ service, replicas, versions, ok }) => [
    ...[service, String(replicas.length), versions.join(', ') || '-', mark(ok)],
    replicas
      .flatMap(({ instance, status, failing }) => [
        ...(status === 'drained' ? [`${instance}: drained, without work`] : []),
        ...failing.map(({ check, detail }) => `${instance}: ${check} ${detail ?? ''}`),
      ])
      .join('; '),
  ]);
  const queues = system.queues.map(({ queue, waiting, under_way, oldest_seconds, ok, normal }) => [
    ...[queue, String(waiting), String(under_way), oldest_seconds === null ? '-' : `${oldest_seconds} s`, mark(ok)],
    normal,
  ]);
  const leases = system.leases.map(({ lease, count, until, ok }) => [lease, String(count), until ?? '-', mark(ok)]);
  const { starts, timers, dead_letters } = system;
  return [
    ...away.map(({ source, error }) => `${source} did not respond: ${error ?? 'no reason given'}`),
    ...(starts?.paused
      ? [`All starts are paused since ${starts.since ?? '?'}: ${starts.reason ?? 'no reason given'}`]
      : []),
    ...table(['service', 'processes', 'release', '', ''], services),
    '',
    ...table(['queue', 'waiting', 'under way', 'oldest', '', 'normal'], queues),
    '',
    ...(timers === null ? [] : [`timers: ${timers.set} set, ${timers.due} due  ${mark(timers.ok)}`]),
    ...(dead_letters === null ? [] : [`dead letters: ${dead_letters.count}  ${mark(dead_letters.ok)}`]),
    '',
    ...table(['lease', 'held', 'until', ''], leases),
    '',
    `all in all: ${mark(system.ok)}`,
  ];
}

export const SYSTEM_COMMANDS: readonly Command[] = [systemCommand, pauseCommand, resumeCommand];
