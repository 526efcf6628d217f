import type { ServiceDescription } from '@millrace/service-kit/manifest';
import type { Variable } from '../container-settings.js';
import { DOCTOR_IMAGE, doctorOf } from '../doctor.js';
import type { KubernetesObject } from '../objects.js';
import { ALL, egressEdit, inNamespace, KEYS_SECRET, variableWithSecret, type ChartObject } from './chart-objects.js';
import { edited, type Edit } from './edits.js';
import { optional, value } from './gaps.js';

const POD = 'spec.jobTemplate.spec.template.spec';
const CONTAINER = `${POD}.containers.0`;
const ENABLED = '.Values.doctor.enabled';

/** `components/doctor` for the chart, with gaps for what the values say. */
export function chartDoctor(services: readonly ServiceDescription[], version: string): ChartObject[] {
  return doctorOf(services, version, value('.Values.networkPolicy.servers')).map((object) => {
    if (object.kind === 'CronJob') return { object: inNamespace(edited(object, jobEdits(object))), when: ENABLED };
    const policy = inNamespace(edited(object, policyEdits(object)));
    return { object: policy, when: `and ${ENABLED} .Values.networkPolicy.enabled` };
  });
}

function jobEdits(job: KubernetesObject): Edit[] {
  return [
    ['spec.schedule', value('.Values.doctor.schedule')],
    [`${POD}.imagePullSecrets`, optional('.Values.image.pullSecrets')],
    ...['nodeSelector', 'tolerations', 'affinity'].map((member): Edit => [
      `${POD}.${member}`,
      optional(`.Values.doctor.${member}`),
    ]),
    [`${CONTAINER}.image`, value(`include "millrace.image" (list ${ALL} "${DOCTOR_IMAGE}" .Values.doctor.image)`)],
    [`${CONTAINER}.imagePullPolicy`, optional('.Values.image.pullPolicy')],
    [`${CONTAINER}.env`, variablesIn(job).map((variable) => variableWithSecret(ownerOf(variable), variable))],
    [`${POD}.volumes.0.secret.secretName`, value(KEYS_SECRET)],
  ];
}

function variablesIn(job: KubernetesObject): readonly Variable[] {
  const { jobTemplate } = job['spec'] as {
    jobTemplate: { spec: { template: { spec: { containers: readonly [{ env: readonly Variable[] }] } } } };
  };
  return jobTemplate.spec.template.spec.containers[0].env;
}

/** The service whose Secret a variable is from. */
function ownerOf({ valueFrom }: Variable): string {
  return valueFrom?.['secretKeyRef']?.name.replace(/^millrace-/, '') ?? '';
}

/** The one that lets it out; the other is about pods of the chart alone. */
function policyEdits(policy: KubernetesObject): Edit[] {
  return 'egress' in (policy['spec'] as object) ? [egressEdit(policy)] : [];
}
