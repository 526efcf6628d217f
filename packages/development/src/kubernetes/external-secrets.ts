import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { hasMasterKeys, MASTER_KEYS, secretOf } from './container-settings.js';
import type { KubernetesObject } from './objects.js';

/** The store of secrets; a ClusterSecretStore that the cluster's operators have set up. */
export const STORE = { kind: 'ClusterSecretStore', name: 'millrace' };

/** One for each Secret that the services need; in the store each is an entry of the same name. */
export function externalSecrets(services: readonly ServiceDescription[]): KubernetesObject[] {
  const names = services.map(({ name }) => secretOf(name));
  return [...names, ...(services.some(hasMasterKeys) ? [MASTER_KEYS] : [])].map((name) => ({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: STORE,
      target: { name },
      dataFrom: [{ extract: { key: name } }],
    },
  }));
}
