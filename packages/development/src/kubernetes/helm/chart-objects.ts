import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { hasMasterKeys, MASTER_KEYS, variablesOf, type Variable } from '../container-settings.js';
import { DNS, networkPolicyOf } from '../network.js';
import type { KubernetesObject } from '../objects.js';
import {
  consumerScalerOf,
  disruptionBudgetOf,
  NATS_MONITOR,
  NATS_SERVERS_MONITOR,
  scalerOf,
  takesRuns,
} from '../scaling.js';
import { servicesOf, workloadOf } from '../workload.js';
import { edited, type Edit } from './edits.js';
import { items, optional, value } from './gaps.js';

/** An object of the chart, and the condition under which it is there. */
export interface ChartObject {
  readonly object: KubernetesObject;
  readonly when?: string;
}

const POD = 'spec.template.spec';
const CONTAINER = `${POD}.containers.0`;

/** What is said of one service in the values; each template begins by setting it. */
export const OF_SERVICE = '$service';
/** The whole context, which `.` is not inside of a `with`. */
export const ALL = '$';
/** The name of the Secret with the master keys. */
export const KEYS_SECRET = '.Values.masterKeys.secret';

/** Servers of the values by the setting with their URL. */
const SERVERS: Readonly<Record<string, string>> = {
  MILLRACE_NATS_URL: 'nats',
  MILLRACE_REDIS_URL: 'redis',
  MILLRACE_MONGODB_URL: 'mongodb',
};

/** Whether executors are scaled by the consumers of the queue. */
const BY_CONSUMERS = '.Values.autoscaling.byConsumers';

/** Addresses of kustomize in triggers of KEDA, and the values in their place. */
const MONITORS = [
  [NATS_MONITOR, 'monitor'],
  [NATS_SERVERS_MONITOR, 'headlessMonitor'],
] as const;

/** All objects of a service, with gaps for what the values say. */
export function chartObjects(service: ServiceDescription, version: string): ChartObject[] {
  const [account, deployment] = workloadOf(service, version);
  if (account === undefined || deployment === undefined) throw new Error(`${service.name} has no workload.`);
  return [
    { object: inNamespace(account) },
    { object: inNamespace(edited(deployment, deploymentEdits(service))) },
    ...servicesOf(service).map((object) => ({ object: inNamespace(object) })),
    { object: inNamespace(disruptionBudgetOf(service)), when: '.Values.podDisruptionBudget.enabled' },
    { object: inNamespace(networkPolicy(service)), when: '.Values.networkPolicy.enabled' },
    ...scalersOf(service),
  ];
}

/** The scaler of a service; one of the queue that looks at its consumers takes its place where the values say so. */
function scalersOf(service: ServiceDescription): ChartObject[] {
  const scaler = scalerOf(service);
  const when = scalerValue(service);
  const inChart = (one: KubernetesObject) => inNamespace(edited(one, scalerEdits(one)));
  if (!takesRuns(service)) return [{ object: inChart(scaler), when }];
  return [
    { object: inChart(scaler), when: `and ${when} (not ${BY_CONSUMERS})` },
    { object: inChart(consumerScalerOf(service)), when: `and ${when} ${BY_CONSUMERS}` },
  ];
}

/** An object in the namespace of the release. */
export function inNamespace(object: KubernetesObject): KubernetesObject {
  return edited(object, [['metadata.namespace', value('.Release.Namespace')]]);
}

/** Whether there is a scaler of a service. */
function scalerValue({ scalesBy }: ServiceDescription): string {
  return scalesBy === 'cpu' ? '.Values.autoscaling.cpu' : '.Values.autoscaling.keda';
}

function deploymentEdits(service: ServiceDescription): Edit[] {
  const { name } = service;
  return [
    // A scaler sets them, and applying this again must not undo that.
    ['spec.replicas', optional(`(ternary "" ${OF_SERVICE}.replicas ${scalerValue(service)})`)],
    ['spec.template.metadata.annotations', value(`include "millrace.podAnnotations" ${ALL} | fromYaml`)],
    [`${POD}.priorityClassName`, optional('.Values.priorityClass.name')],
    [`${POD}.imagePullSecrets`, optional('.Values.image.pullSecrets')],
    ...['nodeSelector', 'tolerations', 'affinity'].map((member): Edit => [
      `${POD}.${member}`,
      optional(`${OF_SERVICE}.${member}`),
    ]),
    [`${CONTAINER}.image`, value(`include "millrace.image" (list ${ALL} "${name}" ${OF_SERVICE}.image)`)],
    [`${CONTAINER}.imagePullPolicy`, optional('.Values.image.pullPolicy')],
    [`${CONTAINER}.resources`, value(`${OF_SERVICE}.resources`)],
    [`${CONTAINER}.env`, variablesOf(service).map((variable) => variableOf(name, variable, OF_SERVICE))],
    // The volumes are those of `workloadOf`: `tmp`, then the keys.
    ...(hasMasterKeys(service) ? [[`${POD}.volumes.1.secret.secretName`, value(KEYS_SECRET)] as const] : []),
  ];
}

/** A variable of a container of a service, with what the values say; `ofService`: what they say of that service. */
export function variableOf(service: string, variable: Variable, ofService: string): unknown {
  if (variable.name === 'NODE_OPTIONS') {
    return { ...variable, value: value(`printf "--max-old-space-size=%d" (int ${ofService}.heapMb)`) };
  }
  return variableWithSecret(service, variable);
}

/** A variable with the Secret of a service that the values name, or with the address of a server that they have. */
export function variableWithSecret(service: string, variable: Variable): unknown {
  const secret = variable.valueFrom?.['secretKeyRef'];
  if (secret === undefined) return variable;
  const server = SERVERS[secret.key];
  if (server !== undefined) {
    const context = `(list ${ALL} "${service}" "${server}" ${secret.optional ?? false} "${variable.name}")`;
    return items(`(include "millrace.serverVariables" ${context} | fromYamlArray)`);
  }
  return { ...variable, valueFrom: { secretKeyRef: { ...secret, name: value(secretIn(service)) } } };
}

/** The name of the Secret of a service, in the values. */
function secretIn(service: string): string {
  return `(index ${ALL}.Values.services "${service}").secret`;
}

function networkPolicy(service: ServiceDescription): KubernetesObject {
  const policy = networkPolicyOf(service, {
    front: value('.Values.networkPolicy.front'),
    monitoring: value('.Values.networkPolicy.monitoring'),
    servers: value('.Values.networkPolicy.servers'),
  });
  return edited(policy, [egressEdit(policy)]);
}

/** What a policy lets out, with what the values say: where names are looked up, and servers that are elsewhere. */
export function egressEdit(policy: KubernetesObject): Edit {
  const { egress } = policy['spec'] as { egress: readonly unknown[] };
  const rules = egress.map((rule) => (rule === DNS ? value('.Values.networkPolicy.dns') : rule));
  return ['spec.egress', [...rules, items('.Values.networkPolicy.egress')]];
}

function scalerEdits(scaler: KubernetesObject): Edit[] {
  const [min, max] = ['min', 'max'].map((end) => value(`${OF_SERVICE}.autoscaling.${end}Replicas`));
  if (scaler.kind === 'HorizontalPodAutoscaler') {
    return [
      ['spec.minReplicas', min],
      ['spec.maxReplicas', max],
    ];
  }
  const { triggers } = scaler['spec'] as { triggers: readonly { metadata: Record<string, string> }[] };
  return [
    ['spec.minReplicaCount', min],
    ['spec.maxReplicaCount', max],
    ['spec.fallback.replicas', min],
    ...triggers.flatMap(({ metadata }, index) =>
      Object.entries(metadata).flatMap(([member, text]) =>
        MONITORS.filter(([address]) => text.includes(address)).map(([address, name]): Edit => [
          `spec.triggers.${index}.metadata.${member}`,
          value(`printf ${JSON.stringify(text.replace(address, '%s'))} ${ALL}.Values.servers.nats.${name}`),
        ]),
      ),
    ),
  ];
}

/** An External Secret of kustomize, for the Secret that the values name in its place. */
export function chartExternalSecret(object: KubernetesObject): ChartObject {
  const { name } = object.metadata;
  const named = value(name === MASTER_KEYS ? KEYS_SECRET : secretIn(name.replace(/^millrace-/, '')));
  const edits: readonly Edit[] = [
    ['metadata.name', named],
    ['spec.target.name', named],
    ['spec.dataFrom.0.extract.key', named],
    ['spec.secretStoreRef', value('.Values.externalSecrets.store')],
    ['spec.refreshInterval', value('.Values.externalSecrets.refreshInterval')],
  ];
  return { object: inNamespace(edited(object, edits)), when: '.Values.externalSecrets.enabled' };
}
