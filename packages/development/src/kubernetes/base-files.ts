import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { stringify } from 'yaml';
import { doctorOf } from './doctor.js';
import { externalSecrets } from './external-secrets.js';
import { chartFiles } from './helm/chart-files.js';
import { natsUsersFile } from './nats-users.js';
import { DEFAULT_DENY, networkPolicyOf } from './network.js';
import type { KubernetesObject } from './objects.js';
import { disruptionBudgetOf, scalerOf } from './scaling.js';
import { servicesOf, workloadOf } from './workload.js';

const HEAD = '# Written by `npm run kubernetes` from the manifests of the services (apps/*/src/manifest.ts).\n';

/** The generated files below `k8s/`, by their paths there; `version`: of the images. */
export function baseFiles(services: readonly ServiceDescription[], version: string): Map<string, string> {
  const names = services.map(({ name }) => `${name}.yaml`);
  const files = new Map<string, string>();
  for (const service of services) {
    const objects = [
      ...workloadOf(service, version),
      ...servicesOf(service),
      disruptionBudgetOf(service),
      networkPolicyOf(service),
    ];
    files.set(`base/${service.name}.yaml`, documents(objects));
    files.set(`components/autoscaling/${service.name}.yaml`, documents([scalerOf(service)]));
  }
  files.set('components/servers/users.conf', natsUsersFile());
  files.set('components/external-secrets/secrets.yaml', documents(externalSecrets(services)));
  files.set('components/doctor/doctor.yaml', documents(doctorOf(services, version)));
  files.set('components/doctor/kustomization.yaml', kustomization('v1alpha1', 'Component', ['doctor.yaml']));
  files.set('base/default-deny.yaml', documents([DEFAULT_DENY]));
  files.set('base/kustomization.yaml', kustomization('v1beta1', 'Kustomization', ['default-deny.yaml', ...names]));
  files.set('components/autoscaling/kustomization.yaml', kustomization('v1alpha1', 'Component', names));
  for (const [path, text] of chartFiles(services, version)) files.set(path, text);
  return files;
}

function kustomization(version: string, kind: string, resources: readonly string[]): string {
  return HEAD + stringify({ apiVersion: `kustomize.config.k8s.io/${version}`, kind, resources });
}

function documents(objects: readonly KubernetesObject[]): string {
  return HEAD + objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n');
}
