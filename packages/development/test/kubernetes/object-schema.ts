import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';

const CUSTOM_RESOURCES = join(__dirname, 'custom-resources');

/** Checks objects against the strict schemas of Kubernetes, and of the custom resources that we use. */
export class ObjectSchemas {
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  readonly #known = new Map<string, ValidateFunction>();

  /** `folder`: of the schemas of Kubernetes. */
  constructor(private readonly folder: string) {}

  /** What is wrong with an object, each with its place; a kind without a schema is wrong. */
  problemsOf(object: KubernetesObject): string[] {
    const name = schemaName(object);
    const validate = this.#known.get(name) ?? this.#compile(name);
    if (validate === undefined) return [`${object.kind}: there is no schema for ${object.apiVersion}`];
    // A variable of its own: the compiler would take what follows for unreachable.
    const isValid: boolean = validate(object);
    if (isValid) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message = '', params }) =>
        `${object.kind}/${object.metadata.name} ${instancePath}: ${message} ${JSON.stringify(params)}`,
    );
  }

  #compile(name: string): ValidateFunction | undefined {
    const file = [join(this.folder, name), join(CUSTOM_RESOURCES, name)].find((path) => existsSync(path));
    if (file === undefined) return undefined;
    if (this.#known.size === 0)
      this.#ajv.addSchema(readSchema(join(this.folder, '_definitions.json')), '_definitions.json');
    const validate = this.#ajv.compile(readSchema(file));
    this.#known.set(name, validate);
    return validate;
  }
}

/** Files are called `kind-group-version.json`, by the first word of the group; without it for the core group. */
function schemaName({ apiVersion, kind }: KubernetesObject): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const isCustom = ['keda.sh', 'gateway.networking.k8s.io', 'external-secrets.io'].includes(group ?? '');
  const word = isCustom ? '' : (group ?? '').split('.')[0];
  return `${[kind.toLowerCase(), word, version].filter((part) => part !== '').join('-')}.json`;
}

function readSchema(file: string): Record<string, unknown> {
  const text = readFileSync(file, 'utf8').replaceAll('/api/_definitions.json#', '_definitions.json#');
  const { $id: _id, $schema: _schema, ...schema } = JSON.parse(text) as Record<string, unknown>;
  return schema;
}
