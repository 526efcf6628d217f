import { failed, ok, type Finding } from './check.js';

/** What one process says its settings are; `process`: how a finding names it. */
export interface ToldSettings {
  readonly process: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Whether settings that have to be the same in all processes are; nothing where no process shows any. */
export function alikeFindings(told: readonly ToldSettings[]): Finding[] {
  const check = 'settings of services';
  const names = [...new Set(told.flatMap(({ settings }) => Object.keys(settings)))].sort();
  if (names.length === 0) return [];
  const found = names.flatMap((name): Finding[] => {
    const having = new Map<string, string[]>();
    for (const { process, settings } of told.filter(({ settings }) => name in settings)) {
      const value = JSON.stringify(settings[name]);
      having.set(value, [...(having.get(value) ?? []), process]);
    }
    if (having.size < 2) return [];
    const what = [...having].map(([value, processes]) => `${value} in ${processes.join(', ')}`).join('; ');
    return [
      failed(check, `${name} is ${what}`, 'give all services the same value, and restart those with another one'),
    ];
  });
  return found.length > 0 ? found : [ok(check, `${told.length} processes have the same: ${names.join(', ')}`)];
}
