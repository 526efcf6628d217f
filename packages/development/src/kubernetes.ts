// `npm run kubernetes`: writes the parts of `k8s/` that follow from the manifests of the services, which are built before.
import { readFlags } from '@millrace/local/arguments';
import { exitCodeOf } from '@millrace/local/failure';
import { writeKubernetes } from './kubernetes/write-kubernetes.js';
import { REPOSITORY } from './repository.js';

readFlags(process.argv.slice(2), { usage: 'npm run kubernetes' });
process.exitCode = await exitCodeOf(writeKubernetes(REPOSITORY));
