import type { ServiceDescription } from '@millrace/service-kit/manifest';
import { stringify } from 'yaml';
import { externalSecrets } from '../external-secrets.js';
import { DEFAULT_DENY } from '../network.js';
import { chartDoctor } from './chart-doctor.js';
import { chartExternalSecret, chartObjects, inNamespace, OF_SERVICE, type ChartObject } from './chart-objects.js';
import { chartPrepare } from './chart-prepare.js';
import { valuesOf } from './chart-values.js';
import { withActions } from './gaps.js';
import { valuesSchemaOf } from './values-schema.js';

/** The chart's folder below `k8s/`. */
const CHART = 'helm/millrace';
const ORIGIN = 'Written by `npm run kubernetes` from the manifests of the services (apps/*/src/manifest.ts).';

/** The generated files of the Helm chart, by their paths below `k8s/`; the others there are written by hand. */
export function chartFiles(services: readonly ServiceDescription[], version: string): Map<string, string> {
  const files = new Map([
    ['Chart.yaml', `# ${ORIGIN}\n${stringify(chartOf(version))}`],
    ['values.yaml', `# ${ORIGIN}\n${valuesOf(services, version)}`],
    ['values.schema.json', `${JSON.stringify(valuesSchemaOf(services), null, 2)}\n`],
    ['templates/external-secrets.yaml', template(externalSecrets(services).map(chartExternalSecret))],
    ['templates/doctor.yaml', template(chartDoctor(services, version))],
    ['templates/prepare.yaml', template(chartPrepare(services, version))],
    [
      'templates/default-deny.yaml',
      template([{ object: inNamespace(DEFAULT_DENY), when: '.Values.networkPolicy.enabled' }]),
    ],
  ]);
  for (const service of services) {
    const begin = `{{- ${OF_SERVICE} := index .Values.services "${service.name}" }}\n`;
    files.set(`templates/${service.name}.yaml`, template(chartObjects(service, version), begin));
  }
  return new Map([...files].map(([path, text]) => [`${CHART}/${path}`, text]));
}

function chartOf(version: string): Record<string, unknown> {
  return {
    apiVersion: 'v2',
    name: 'millrace',
    description: 'Self-hosted workflow automation',
    type: 'application',
    version,
    appVersion: version,
    kubeVersion: '>=1.30.0-0',
  };
}

function template(objects: readonly ChartObject[], begin = ''): string {
  const documents = objects.map(({ object, when }) => {
    const text = `---\n${withActions(stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 }))}`;
    return when === undefined ? text : `{{- if ${when} }}\n${text}{{- end }}\n`;
  });
  return `{{- /* ${ORIGIN.replace('apps/*/', 'apps/NAME/')} */}}\n${begin}${documents.join('')}`;
}
