// `npm run kubernetes`: writes the parts of `k8s/` that follow from the manifests of the built services.
import { writeKubernetes } from './kubernetes/write-kubernetes.js';
import { REPOSITORY } from './repository.js';

await writeKubernetes(REPOSITORY);
