import type { ServiceDescription, SettingDescription } from '@millrace/service-kit/manifest';

/** The ports of every service in a container; each is a pod of its own, so they need not differ. */
export const HEALTH_PORT = 8080;
const PORTS: Readonly<Record<string, number>> = { MILLRACE_HEALTH_PORT: HEALTH_PORT, MILLRACE_PORT: 3000 };

/** The ConfigMap of all settings that are no secrets; each service reads only its own of them. */
export const SETTINGS = 'millrace-settings';
/** The ConfigMap of what workflows read as `{{env.NAME}}`. */
export const WORKFLOW_ENV = 'millrace-workflow-env';
/** The Secret with the file of master keys. */
export const MASTER_KEYS = 'millrace-master-keys';
export const MASTER_KEYS_FOLDER = '/etc/millrace/keys';
export const MASTER_KEYS_SETTING = 'MILLRACE_MASTER_KEYS_FILE';

/** The Secret of one service: its NATS user, and what else is secret of its settings. */
export function secretOf(service: string): string {
  return `millrace-${service}`;
}

/** A variable of a container's environment. */
export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: KeyReference;
    readonly configMapKeyRef?: KeyReference;
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

interface KeyReference {
  readonly name: string;
  readonly key: string;
  readonly optional?: true;
}

/** Whether a service opens what was sealed. */
export function hasMasterKeys({ settings }: Pick<ServiceDescription, 'settings'>): boolean {
  return settings.some(({ name }) => name === MASTER_KEYS_SETTING);
}

/** The number of a port by the setting that chooses it. */
export function portOf(setting: string): number {
  const number = PORTS[setting];
  if (number === undefined) throw new Error(`No port of a container is known for ${setting}.`);
  return number;
}

/** Values that every container has, by setting; null for a setting that no container gets. */
const FIXED: Readonly<Record<string, string | null>> = {
  ...Object.fromEntries(Object.entries(PORTS).map(([name, number]) => [name, String(number)])),
  MILLRACE_HOST: '0.0.0.0',
  MILLRACE_HEALTH_HOST: '0.0.0.0',
  [MASTER_KEYS_SETTING]: `${MASTER_KEYS_FOLDER}/master-keys`,
  // Disks of the servers are elsewhere.
  MILLRACE_DATA_DIRS: null,
};

/** Settings that only the cluster knows, by the fields of a pod that have them. */
const FIELDS: Readonly<Record<string, string>> = { MILLRACE_NODE_NAME: 'spec.nodeName' };

/** The field of a pod that has a setting, if one has. */
export function fieldOf(setting: string): string | undefined {
  return FIELDS[setting];
}

/** The value of a setting that every container has; null where none gets it, undefined where the installation chooses. */
export function fixedValueOf(setting: string): string | null | undefined {
  return FIXED[setting];
}

/** Whether a setting comes from the ConfigMap of all settings. */
export function isReferred({ name, secret }: SettingDescription): boolean {
  return !secret && fixedValueOf(name) === undefined && fieldOf(name) === undefined;
}

/** Its environment: fixed values, and each other setting by reference, so that a service gets its own settings and nothing else. */
export function variablesOf(service: ServiceDescription): Variable[] {
  const own = service.settings.flatMap((setting): Variable[] => {
    const value = fixedValueOf(setting.name);
    if (value === null) return [];
    return [value === undefined ? referenceOf(service.name, setting) : { name: setting.name, value }];
  });
  return [{ name: 'NODE_OPTIONS', value: `--max-old-space-size=${service.heapMb}` }, ...own];
}

/** A setting of a service by reference to where its value is. */
export function referenceOf(service: string, { name, required, secret }: SettingDescription): Variable {
  const field = fieldOf(name);
  if (field !== undefined) return { name, valueFrom: { fieldRef: { fieldPath: field } } };
  const key = { name: secret ? secretOf(service) : SETTINGS, key: name };
  const reference: KeyReference = required ? key : { ...key, optional: true };
  return { name, valueFrom: secret ? { secretKeyRef: reference } : { configMapKeyRef: reference } };
}
