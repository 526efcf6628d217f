import type { PresentProcess } from '@millrace/contracts';
import { ConfigError } from '../config.js';
import { nearest } from './nearest.js';

/** A process, as far as choosing goes. */
export type Chosen = Pick<PresentProcess, 'service' | 'instance' | 'node' | 'status'>;

/** What a name may be, and what each process has as such. */
const KINDS = {
  'an instance': ({ instance }: Chosen) => instance,
  'a service': ({ service }: Chosen) => service,
  'a node': ({ node }: Chosen) => node,
} as const;

/** The processes that these names mean, each once. Throws ConfigError for a name that is nothing, or of several kinds. */
export function chosenBy<Process extends Chosen>(names: readonly string[], present: readonly Process[]): Process[] {
  return [...new Set(names.flatMap((name) => meantBy(name, present)))];
}

function meantBy<Process extends Chosen>(name: string, present: readonly Process[]): readonly Process[] {
  const kinds = Object.entries(KINDS).flatMap(([kind, of]) => {
    const meant = present.filter((process) => of(process) === name);
    return meant.length > 0 ? [{ kind, meant }] : [];
  });
  const [first, second] = kinds;
  if (first === undefined) throw new ConfigError(unknownName(name, present));
  if (second !== undefined)
    throw new ConfigError(`${name} is ${first.kind} and ${second.kind}: name its processes by their instances`);
  return first.meant;
}

function unknownName(name: string, present: readonly Chosen[]): string {
  const known = present.flatMap((process) => Object.values(KINDS).flatMap((of) => of(process) ?? []));
  const near = nearest(name, [...new Set(known)]);
  const hint = near.length > 0 ? `; there is ${near.join(', ')}` : '';
  return `No process, service or node is called ${name}${hint}. \`drain --list\` shows all of them`;
}

/** Whether it can take work no longer, or never will again. */
export function isLeaving({ status }: { readonly status: string }): boolean {
  return status === 'stopping' || status === 'drained';
}

/** Services that have no ready process left without the chosen ones. */
export function leftWithout(chosen: readonly Chosen[], present: readonly Chosen[]): string[] {
  const taken = chosen.filter((process) => !isLeaving(process));
  return [...new Set(taken.map(({ service }) => service))]
    .filter(
      (service) =>
        !present.some((other) => other.service === service && other.status === 'up' && !chosen.includes(other)),
    )
    .sort();
}
