import { TOPOLOGY } from '@millrace/messaging';
import type { z } from 'zod';
import { baseConfigShape } from './config.js';

/** What has to be known of a service to start, pack, deploy or document it. One for each service, in its `manifest.ts`. */
export interface ServiceManifest {
  /** Its folder in `apps/`, its NATS user, the group of its consumers, and its name in logs and metrics. */
  readonly name: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** Its settings; each has a description. */
  readonly settings: z.ZodObject;
  /** How variables begin that it reads beside its settings. */
  readonly environmentPrefixes?: readonly string[];
  /** Ports beside that of health and metrics, each with the setting that chooses it. */
  readonly ports?: readonly ServicePort[];
  /** The most that its JavaScript heap may take; beyond it the process ends and is started again. In MB. */
  readonly heapMb: number;
  /** What says that it needs more replicas: the processor's load, or messages that wait for its consumers. */
  readonly scalesBy: 'cpu' | 'backlog';
  /** Whether it connects to hosts that users name, anywhere outside; no by default. */
  readonly reachesOut?: boolean;
}

/** A port of a service. */
export interface ServicePort {
  readonly name: string;
  readonly setting: string;
}

/** A setting of a service, as text. */
export interface SettingDescription {
  readonly name: string;
  readonly required: boolean;
  /** Whether it holds a secret; see `SECRET` in config.ts. */
  readonly secret: boolean;
  /** As it would be written in the environment; absent where there is none or it is empty. */
  readonly default?: string;
  readonly description: string;
}

/** A manifest as JSON, with what follows from it. */
export interface ServiceDescription extends Omit<ServiceManifest, 'settings'> {
  readonly settings: readonly SettingDescription[];
  readonly environmentPrefixes: readonly string[];
  readonly ports: readonly ServicePort[];
  readonly reachesOut: boolean;
  /** The consumers of NATS streams that all its replicas share. */
  readonly consumers: readonly { readonly stream: string; readonly name: string; readonly message: string }[];
}

/** A manifest that can be read by programs that know no zod. */
export type DescribedManifest = ServiceManifest & { describe(): ServiceDescription };

const HEALTH_PORT: ServicePort = { name: 'health', setting: 'MILLRACE_HEALTH_PORT' };

/** Makes the manifest of a service. */
export function defineManifest(manifest: ServiceManifest): DescribedManifest {
  const { name, settings, environmentPrefixes = [], ports = [], reachesOut = false } = manifest;
  return {
    ...manifest,
    describe: () => ({
      ...manifest,
      settings: settingsOf(settings.shape),
      environmentPrefixes,
      ports: [HEALTH_PORT, ...ports],
      reachesOut,
      consumers: TOPOLOGY.consumers
        .filter(({ group }) => group === name)
        .map(({ stream, name: consumer, message }) => ({ stream, name: consumer, message })),
    }),
  };
}

/** Settings as text, in the order of the schema. */
export function settingsOf(shape: z.ZodRawShape): SettingDescription[] {
  return Object.entries(shape).map(([name, field]) => {
    const schema = field as z.ZodType;
    const text = defaultText(defaultOf(schema));
    return {
      name,
      required: !schema.safeParse(undefined).success,
      secret: schema.meta()?.secret === true,
      ...(text === '' ? {} : { default: text }),
      description: schema.description ?? '',
    };
  });
}

/** The settings that every service has. */
export const COMMON_SETTINGS: readonly SettingDescription[] = settingsOf(baseConfigShape);

/** The settings that a service has beside those. */
export function ownSettings({ settings }: Pick<ServiceDescription, 'settings'>): SettingDescription[] {
  return settings.filter(({ name }) => !(name in baseConfigShape));
}

/** Where the table of settings is on a page: between these lines. */
const TABLE = /(<!-- settings: written by npm run settings -->\n\n)[^]*?(\n\n<!-- end of settings -->)/;

/** A Markdown page with its table of settings written anew. Throws when it has no place for one. */
export function withSettings(page: string, settings: readonly SettingDescription[]): string {
  if (!TABLE.test(page)) throw new Error('The page has no lines "<!-- settings: …" and "<!-- end of settings -->".');
  return page.replace(TABLE, (_all, begin: string, end: string) => `${begin}${settingsTable(settings)}${end}`);
}

/** A Markdown table of settings. */
function settingsTable(settings: readonly SettingDescription[]): string {
  return markdownTable([
    ['setting', 'default', 'meaning'],
    ...settings.map(({ name, required, default: value, description }) => [
      `\`${name}\``,
      required ? '(required)' : value === undefined ? 'none' : `\`${value}\``,
      description.replaceAll('|', '\\|'),
    ]),
  ]);
}

/** A Markdown table, its columns padded as prettier does. The first row is its head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const [head = '', ...body] = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

function defaultText(value: unknown): string {
  if (typeof value === 'string') return value;
  // An empty list or map is no text to be set.
  const isEmpty = typeof value === 'object' && (value === null || Object.keys(value).length === 0);
  return value === undefined || isEmpty ? '' : JSON.stringify(value);
}

/** The default as it is before anything is made of it, or undefined. */
function defaultOf(schema: z.ZodType): SchemaInternals['defaultValue'] {
  const { type, defaultValue, innerType, in: input } = (schema as unknown as { def: SchemaInternals }).def;
  if (type === 'default') return defaultValue;
  const inner = type === 'pipe' ? input : innerType;
  return inner ? defaultOf(inner) : undefined;
}

interface SchemaInternals {
  readonly type: string;
  readonly defaultValue?: string | number | readonly unknown[];
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
}
