import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { stringify } from 'yaml';
import { doctorOf } from './doctor.js';
import { externalSecrets } from './external-secrets.js';
import { chartFiles } from './helm/chart-files.js';
import { natsUsersFile } from './nats-users.js';
import { DEFAULT_DENY, networkPolicyOf } from './network.js';
import type { KubernetesObject } from './objects.js';
import { prepareOf } from './prepare.js';
import { consumerScalerOf, disruptionBudgetOf, scalerOf, takesRuns } from './scaling.js';
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
  for (const [name, objects] of Object.entries({
    doctor: doctorOf(services, version),
    prepare: prepareOf(services, version),
  })) {
    files.set(`components/${name}/${name}.yaml`, documents(objects));
    files.set(
      `components/${name}/kustomization.yaml`,
      kustomization('v1alpha1', 'Component', { resources: [`${name}.yaml`] }),
    );
  }
  files.set('base/default-deny.yaml', documents([DEFAULT_DENY]));
  files.set(
    'base/kustomization.yaml',
    kustomization('v1beta1', 'Kustomization', { resources: ['default-deny.yaml', ...names] }),
  );
  files.set('components/autoscaling/kustomization.yaml', kustomization('v1alpha1', 'Component', { resources: names }));
  for (const [path, text] of scaledByConsumers(services.filter(takesRuns))) files.set(path, text);
  for (const [path, text] of chartFiles(services, version)) files.set(path, text);
  return files;
}

/** Patches of scalers, by which they look at consumers. */
function scaledByConsumers(services: readonly ServiceDescription[]): [path: string, text: string][] {
  const folder = 'components/scaled-by-consumers';
  const patches = services.map(({ name }) => ({ path: `${name}.yaml` }));
  return [
    ...services.map((service): [string, string] => {
      const { spec, ...scaler } = consumerScalerOf(service);
      const { triggers } = spec as { triggers: unknown };
      return [`${folder}/${service.name}.yaml`, documents([{ ...scaler, spec: { triggers } }])];
    }),
    [`${folder}/kustomization.yaml`, kustomization('v1alpha1', 'Component', { patches })],
  ];
}

function kustomization(version: string, kind: string, content: Readonly<Record<string, unknown>>): string {
  return HEAD + stringify({ apiVersion: `kustomize.config.k8s.io/${version}`, kind, ...content });
}

function documents(objects: readonly KubernetesObject[]): string {
  return HEAD + objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n');
}
