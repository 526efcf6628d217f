import type { LockedPackage, Production } from './lock-file.js';

interface Subject {
  /** As `@millrace/gateway`. */
  readonly name: string;
  readonly version: string;
}

/**
 * What a program is made of, in the form of CycloneDX 1.6: the packages of npm that run with it, each with its hash and licence, and which
 * of them need which. The same lock file gives the same text: there is no time in it, and no number by chance.
 */
export function billOfMaterials(
  subject: Subject,
  { packages, dependencies }: Production,
  licences: ReadonlyMap<string, string>,
): object {
  const root = packageUrl(subject);
  const sorted = [...packages].sort(([one], [other]) => (one < other ? -1 : 1));
  const refOf = (id: string): string => {
    const found = packages.get(id);
    return found === undefined ? root : packageUrl(found);
  };
  const dependsOn = (id: string): string[] => [...(dependencies.get(id) ?? [])].map(refOf).sort();
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': root, ...subject, purl: root } },
    components: sorted.map(([id, one]) => componentOf(one, licences.get(id) ?? '')),
    dependencies: ['', ...sorted.map(([id]) => id)].map((id) => ({ ref: refOf(id), dependsOn: dependsOn(id) })),
  };
}

function componentOf(locked: LockedPackage, licence: string): object {
  const { name, version, integrity } = locked;
  const purl = packageUrl(locked);
  const [algorithm = '', hash = ''] = integrity.split('-', 2);
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    hashes: [{ alg: algorithm.replace(/^sha(\d+)$/, 'SHA-$1'), content: Buffer.from(hash, 'base64').toString('hex') }],
    ...(licence === '' ? {} : { licenses: [licenceOf(licence)] }),
  };
}

/** A single licence goes by its identifier, a choice by its expression. */
function licenceOf(text: string): object {
  return text.includes(' ') ? { expression: text } : { license: { id: text } };
}

/** The address of a package of npm that is the same in all lists (purl). */
function packageUrl({ name, version }: Subject): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
