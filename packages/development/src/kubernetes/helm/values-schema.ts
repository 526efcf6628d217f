import type { ServiceDescription, SettingDescription } from '@millrace/service-kit/manifest';
import { isReferred } from '../container-settings.js';

type JsonSchema = Readonly<Record<string, unknown>>;

const TEXT = { type: 'string' };
const SCALAR = { type: ['string', 'number', 'boolean'] };
const FLAG = { type: 'boolean' };
const MAP = { type: 'object', additionalProperties: SCALAR };
/** Parts of Kubernetes' own API, which its server checks. */
const OBJECT = { type: 'object' };
const LIST = { type: 'array', items: OBJECT };
/** A rule of a NetworkPolicy, which lets everything through where one of its lists is empty or away. */
const RULE = {
  ...closed({ to: { ...LIST, minItems: 1 }, ports: { ...LIST, minItems: 1 } }),
  required: ['to', 'ports'],
};
const COUNT = { type: 'integer', minimum: 1 };
/** Lower-case letters, digits and hyphens, as names of objects are. */
const NAME = { type: 'string', pattern: '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$', maxLength: 253 };
const ADDRESS = {
  type: 'string',
  pattern: '^([^\\s/@,]+)?$',
  description: 'host:port, without a scheme or credentials',
};
const ADDRESSES = { ...ADDRESS, pattern: '^([^\\s/@]+)?$' };

/** Where pods may be. */
const PLACES = { nodeSelector: MAP, tolerations: LIST, affinity: OBJECT };

/** The JSON Schema of the chart's values, by which Helm refuses a name that is misspelt. */
export function valuesSchemaOf(services: readonly ServiceDescription[]): JsonSchema {
  const ofService = closed({
    replicas: COUNT,
    autoscaling: closed({ minReplicas: { type: 'integer', minimum: 0 }, maxReplicas: COUNT }),
    heapMb: { type: 'integer', minimum: 64 },
    ...{ resources: OBJECT, secret: NAME, image: TEXT, ...PLACES },
  });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...closed({
      image: closed({
        registry: TEXT,
        repository: TEXT,
        tag: TEXT,
        pullPolicy: { enum: ['', 'Always', 'IfNotPresent', 'Never'] },
        pullSecrets: LIST,
      }),
      settings: settingsSchema(services),
      workflowEnv: { ...MAP, propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' } },
      servers: closed({
        nats: closed({ address: ADDRESS, monitor: ADDRESS, headlessMonitor: ADDRESS }),
        redis: closed({ address: ADDRESS }),
        mongodb: closed({ address: ADDRESSES, user: TEXT, options: TEXT }),
      }),
      masterKeys: closed({ secret: NAME }),
      autoscaling: closed({ cpu: FLAG, keda: FLAG, byConsumers: FLAG }),
      podDisruptionBudget: closed({ enabled: FLAG }),
      networkPolicy: {
        ...closed({ enabled: FLAG, servers: MAP, monitoring: MAP, front: MAP, dns: RULE, egress: LIST }),
        required: ['dns'],
      },
      priorityClass: closed({ name: TEXT, value: { type: ['integer', 'null'] } }),
      externalSecrets: closed({ enabled: FLAG, store: OBJECT, refreshInterval: TEXT }),
      httpRoute: closed({ enabled: FLAG, parentRefs: LIST, hostnames: { type: 'array', items: TEXT } }),
      ingress: closed({ enabled: FLAG, className: TEXT, host: TEXT, tlsSecret: TEXT, annotations: MAP }),
      prepare: closed({ enabled: FLAG, ...PLACES }),
      doctor: closed({ enabled: FLAG, schedule: TEXT, image: TEXT, ...PLACES }),
      services: closed(Object.fromEntries(services.map(({ name }) => [name, ofService]))),
      // What Helm itself adds, for charts that have this one as a part.
      global: OBJECT,
    }),
  };
}

function closed(properties: Readonly<Record<string, unknown>>): JsonSchema {
  return { type: 'object', additionalProperties: false, properties };
}

/** Each setting that comes from the ConfigMap, once; required where a service cannot start without it. */
function settingsSchema(services: readonly ServiceDescription[]): JsonSchema {
  const settings = new Map<string, SettingDescription>();
  for (const setting of services.flatMap((service) => service.settings)) {
    if (!isReferred(setting)) continue;
    const known = settings.get(setting.name);
    settings.set(setting.name, { ...setting, required: setting.required || known?.required === true });
  }
  const sorted = [...settings.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    ...closed(
      Object.fromEntries(
        sorted.map(({ name, description, default: value }) => [
          name,
          { ...SCALAR, description, ...(value === undefined ? {} : { default: value }) },
        ]),
      ),
    ),
    required: sorted.filter(({ required }) => required).map(({ name }) => name),
  };
}
