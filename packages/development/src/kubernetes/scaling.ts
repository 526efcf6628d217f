import { RUN_LANES, STREAMS } from '@millrace/contracts';
import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { metadataOf, selectorOf, type KubernetesObject } from './objects.js';

/** Replicas of each service; two, so that one may end at any time. */
export const MIN_REPLICAS = 2;
export const MAX_REPLICAS = { cpu: 10, backlog: 50 };

/** Load of the processors at which another replica comes; a process uses little more than one core. */
const TARGET_CPU = '600m';
/** Executions, running and queued, for each executor: most of the 88 that one runs at the same time by default. */
const EXECUTIONS_PER_EXECUTOR = 64;
/**
 * The same for each consumer of the queue, of which KEDA takes the one that is furthest behind: with all shared lanes alike it comes to as many executors,
 * with everything in one lane to as many times more as there are lanes.
 */
const EXECUTIONS_PER_CONSUMER = EXECUTIONS_PER_EXECUTOR / RUN_LANES;
/** Entries of a journal stream that wait, for each replica. */
const ENTRIES_PER_REPLICA = 500;

/** NATS's monitoring pages as pods of the cluster reach them; `overlays/production` replaces it by what its `keda.env` has. */
export const NATS_MONITOR = 'nats.millrace-servers.svc:8222';
/**
 * The same pages by the headless Service of NATS's servers, which is how NATS's chart calls it. KEDA's scaler for NATS asks the leader of a consumer
 * by the server's name under this one, and only a headless Service has names of single servers; `overlays/production` replaces it by what its `keda.env` has.
 */
export const NATS_SERVERS_MONITOR = 'nats-headless.millrace-servers.svc:8222';
/** The account of all services. */
const NATS_ACCOUNT = '$G';

/** One pod of a service at a time may be taken away by whoever works on nodes. */
export function disruptionBudgetOf({ name }: ServiceDescription): KubernetesObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadataOf(name),
    spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(name) } },
  };
}

/** What adds and removes replicas of a service: its processors' load, or for a backlog KEDA. */
export function scalerOf(service: ServiceDescription): KubernetesObject {
  return service.scalesBy === 'cpu' ? cpuScaler(service) : backlogScaler(service);
}

function cpuScaler({ name }: ServiceDescription): KubernetesObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadataOf(name),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: MIN_REPLICAS,
      maxReplicas: MAX_REPLICAS.cpu,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: TARGET_CPU } },
        },
      ],
    },
  };
}

function backlogScaler(service: ServiceDescription): KubernetesObject {
  const { name, consumers } = service;
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: metadataOf(name),
    spec: {
      scaleTargetRef: { name },
      minReplicaCount: MIN_REPLICAS,
      maxReplicaCount: MAX_REPLICAS.backlog,
      pollingInterval: 5,
      cooldownPeriod: 300,
      triggers: takesRuns(service) ? [runsTrigger()] : consumers.map((one) => lagTrigger(one, ENTRIES_PER_REPLICA)),
      // Without an answer nothing is known, and nothing is taken away.
      fallback: { failureThreshold: 5, replicas: MIN_REPLICAS, behavior: 'currentReplicasIfHigher' },
    },
  };
}

/** Whether it takes from the queue of executions. */
export function takesRuns({ consumers }: ServiceDescription): boolean {
  return consumers.some(({ stream }) => stream === STREAMS.runs);
}

/** The scaler of a service that takes from the queue, by what its consumers have and not by the length of the queue: docs/deploy.md. */
export function consumerScalerOf(service: ServiceDescription): KubernetesObject {
  const scaler = backlogScaler(service);
  const consumers = service.consumers.filter(({ stream }) => stream === STREAMS.runs);
  return {
    ...scaler,
    // By it an overlay knows whose address KEDA asks.
    metadata: { ...scaler.metadata, labels: { ...selectorOf(service.name), 'millrace/scaled-by': 'consumers' } },
    spec: { ...(scaler['spec'] as object), triggers: consumers.map((one) => lagTrigger(one, EXECUTIONS_PER_CONSUMER)) },
  };
}

/**
 * All that is in the queue, whatever its lane: an execution leaves it when it has ended or waits. KEDA's scaler for NATS looks at
 * one consumer by name, takes the largest of several and not their sum, and knows no lanes that are lent.
 */
function runsTrigger(): Record<string, unknown> {
  return {
    type: 'metrics-api',
    metadata: {
      url: `http://${NATS_MONITOR}/jsz?acc=${NATS_ACCOUNT}&streams=true`,
      format: 'json',
      valueLocation: `account_details.0.stream_detail.#(name=="${STREAMS.runs}").state.messages`,
      targetValue: String(EXECUTIONS_PER_EXECUTOR),
    },
  };
}

function lagTrigger(
  { stream, name }: ServiceDescription['consumers'][number],
  threshold: number,
): Record<string, unknown> {
  return {
    type: 'nats-jetstream',
    metadata: {
      natsServerMonitoringEndpoint: NATS_SERVERS_MONITOR,
      account: NATS_ACCOUNT,
      stream,
      consumer: name,
      lagThreshold: String(threshold),
      useHttps: 'false',
    },
  };
}
