import type { KubernetesObject } from '../../src/kubernetes/objects.js';

interface Pod {
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext?: object;
  readonly containers: readonly {
    readonly securityContext?: object;
    readonly resources: { readonly limits: { readonly memory?: string } };
  }[];
}

interface Workload {
  readonly template: { readonly spec: Pod };
}

/** What an object makes pods of; undefined for one that makes none. */
function podOf({ kind, spec }: KubernetesObject): Pod | undefined {
  if (kind === 'CronJob') return (spec as { jobTemplate: { spec: Workload } }).jobTemplate.spec.template.spec;
  return ['Deployment', 'Job', 'StatefulSet'].includes(kind) ? (spec as Workload).template.spec : undefined;
}

/** Expects that restricted pod security refuses none of the objects, and that each has a root that is read-only and a limit of memory. */
export function expectRestricted(objects: readonly KubernetesObject[]): void {
  expect(objects.filter((object) => podOf(object) !== undefined)).not.toEqual([]);
  for (const object of objects) {
    const { metadata } = object;
    const pod = podOf(object);
    if (pod === undefined) continue;
    expect([metadata.name, pod.automountServiceAccountToken]).toEqual([metadata.name, false]);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const container of pod.containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.limits.memory).toMatch(/^\d+[MG]i$/);
    }
  }
}
