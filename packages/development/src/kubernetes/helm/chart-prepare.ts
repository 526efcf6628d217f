import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { hasMasterKeys, variablesOf } from '../container-settings.js';
import type { KubernetesObject } from '../objects.js';
import { prepareOf } from '../prepare.js';
import { ALL, egressEdit, inNamespace, KEYS_SECRET, variableOf, type ChartObject } from './chart-objects.js';
import { edited, type Edit } from './edits.js';
import { optional, value } from './gaps.js';

const POD = 'spec.template.spec';
const ENABLED = '.Values.prepare.enabled';

/**
 * `components/prepare` for the chart, as hooks that Helm runs before an upgrade: at the first installation there is no ConfigMap of settings yet, and
 * services make everything when they start. One of before is deleted first, since a Job cannot be changed.
 */
export function chartPrepare(services: readonly ServiceDescription[], version: string): ChartObject[] {
  return prepareOf(services, version, value('.Values.networkPolicy.servers')).map((object) => {
    const edits = object.kind === 'Job' ? jobEdits(services) : [egressEdit(object)];
    const when = object.kind === 'Job' ? ENABLED : `and ${ENABLED} .Values.networkPolicy.enabled`;
    return { object: inNamespace(edited(object, [...edits, ['metadata.annotations', hookOf(object)]])), when };
  });
}

/** What the job needs comes before it. */
function hookOf({ kind }: KubernetesObject): Record<string, string> {
  return {
    'helm.sh/hook': 'pre-upgrade',
    'helm.sh/hook-weight': kind === 'Job' ? '0' : '-1',
    'helm.sh/hook-delete-policy': 'before-hook-creation',
  };
}

function jobEdits(services: readonly ServiceDescription[]): Edit[] {
  return [
    [`${POD}.priorityClassName`, optional('.Values.priorityClass.name')],
    [`${POD}.imagePullSecrets`, optional('.Values.image.pullSecrets')],
    ...['nodeSelector', 'tolerations', 'affinity'].map((member): Edit => [
      `${POD}.${member}`,
      optional(`.Values.prepare.${member}`),
    ]),
    ...services.flatMap((service, index) => containerEdits(service, `${POD}.containers.${index}`)),
    ...(services.some(hasMasterKeys) ? [[`${POD}.volumes.0.secret.secretName`, value(KEYS_SECRET)] as const] : []),
  ];
}

function containerEdits(service: ServiceDescription, container: string): Edit[] {
  const ofService = `(index ${ALL}.Values.services "${service.name}")`;
  return [
    [`${container}.image`, value(`include "millrace.image" (list ${ALL} "${service.name}" ${ofService}.image)`)],
    [`${container}.imagePullPolicy`, optional('.Values.image.pullPolicy')],
    [`${container}.resources.limits`, value(`${ofService}.resources.limits`)],
    [`${container}.env`, variablesOf(service).map((variable) => variableOf(service.name, variable, ofService))],
  ];
}
