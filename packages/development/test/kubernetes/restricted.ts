import type { KubernetesObject } from '../../src/kubernetes/objects.js';

interface Workload extends KubernetesObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly automountServiceAccountToken?: boolean;
        readonly securityContext?: object;
        readonly containers: readonly {
          readonly securityContext?: object;
          readonly resources: { readonly limits: { readonly memory?: string } };
        }[];
      };
    };
  };
}

/** Expects that restricted pod security refuses none of the objects, and that each has a root that is read-only and a limit of memory. */
export function expectRestricted(objects: readonly KubernetesObject[]): void {
  const workloads = objects.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind)) as Workload[];
  expect(workloads).not.toEqual([]);
  for (const { metadata, spec } of workloads) {
    const pod = spec.template.spec;
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
