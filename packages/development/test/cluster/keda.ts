import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, waitUntil } from '@millrace/testing';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import type { ControlPlane } from './control-plane.js';
import { addCustomResources } from './custom-resources.js';

const NAMESPACE = 'keda';
const FIGURES = { group: 'external.metrics.k8s.io', version: 'v1beta1' };
const READER = 'keda-external-metrics-reader';
const RBAC = 'rbac.authorization.k8s.io';

/** Starts KEDA from the folder of its programs: what asks, and scales from and to none, and what serves its figures to Kubernetes' own scaler. */
export async function startKeda(plane: ControlPlane, folder: string): Promise<void> {
  await addCustomResources(plane, folder);
  const certificates = join(plane.folder, 'keda');
  mkdirSync(certificates);
  const files = { 'tls.crt': 'apiserver.crt', 'tls.key': 'apiserver.key', 'ca.crt': 'ca.crt' };
  for (const [name, file] of Object.entries(files)) copyFileSync(plane.certificate(file), join(certificates, name));
  const [figures, service] = [await freePort(), await freePort()];
  const objects = join(plane.folder, 'keda.yaml');
  writeFileSync(
    objects,
    objectsFor(figures)
      .map((object) => stringify(object))
      .join('---\n'),
  );
  await plane.kubectl('apply', '-f', objects);

  const KUBECONFIG = plane.kubeconfig('admin');
  const env = {
    ...{ KUBECONFIG, WATCH_NAMESPACE: '', KEDA_CLUSTER_OBJECT_NAMESPACE: NAMESPACE },
    ...{ POD_NAMESPACE: NAMESPACE, POD_NAME: 'keda' },
  };
  const operator = [
    `--metrics-bind-address=127.0.0.1:${await freePort()}`,
    `--health-probe-bind-address=127.0.0.1:${await freePort()}`,
    `--metrics-service-bind-address=127.0.0.1:${service}`,
    ...[`--cert-dir=${certificates}`, `--ca-dir=${certificates}`],
    ...['--enable-webhook-patching=false', '--enable-apiservice-patching=false'],
  ];
  const adapter = [
    ...[`--secure-port=${figures}`, '--bind-address=127.0.0.1', `--port=${await freePort()}`],
    ...['authentication', 'authorization', 'lister'].map((name) => `--${name}-kubeconfig=${KUBECONFIG}`),
    ...[`--cert-dir=${certificates}`, `--tls-cert-file=${join(certificates, 'tls.crt')}`],
    ...[`--tls-private-key-file=${join(certificates, 'tls.key')}`, `--metrics-service-address=localhost:${service}`],
  ];
  for (const [name, args] of Object.entries({ 'keda-operator': operator, 'keda-adapter': adapter }))
    plane.startProgram(name, args, { env, folder });
  await waitUntil(
    "KEDA's figures to be served",
    async () => (await plane.api.call('GET', `/apis/${FIGURES.group}/${FIGURES.version}`)).status === 200,
    120_000,
    { seen: () => [plane.logOf('keda-operator'), plane.logOf('keda-adapter')] },
  );
}

/** What KEDA's own installation has of the API: where its figures are, and who may read them. */
function objectsFor(port: number): KubernetesObject[] {
  const service = { name: 'keda-metrics-apiserver', namespace: NAMESPACE };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: service,
      spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${FIGURES.version}.${FIGURES.group}` },
      spec: {
        ...FIGURES,
        service: { ...service, port },
        // Certified for the loopback, and not for the name of the Service.
        ...{ groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true },
      },
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: READER },
      rules: [{ apiGroups: [FIGURES.group], resources: ['*'], verbs: ['*'] }],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: READER },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: READER },
      subjects: [{ kind: 'ServiceAccount', name: 'horizontal-pod-autoscaler', namespace: 'kube-system' }],
    },
  ];
}
