import { join } from 'node:path';
import { Failure } from '@millrace/local/failure';
import type { Buildah } from './buildah.js';
import { startContainer } from './container.js';
import { configurationOf } from './image-configuration.js';
import { MASTER_KEYS, type Surroundings } from './try-service.js';

/** The operator's program: its image, and its folder in the repository. */
export const OPERATOR = { name: 'ops', folder: 'packages/ops' } as const;

/** As `k8s/components/doctor` has it. */
const MEMORY_MB = 512;
/** What it cannot find with the servers alone, whatever else it finds. */
const REACHED: Readonly<Record<string, RegExp>> = {
  nats: /streams/,
  mongodb: /^version /,
  redis: /version|maxmemory-policy/,
  'master keys': /the current one is/,
};

interface Findings {
  readonly findings: readonly { readonly check: string; readonly found: string }[];
}

/**
 * Runs the operator's image as `k8s/components/doctor` does, with the servers and without a gateway: it reaches each server, reads the keys, and ends
 * with 1 for what is missing.
 */
export async function tryOperator(
  root: string,
  { folder, keys, settings }: Surroundings,
  buildah: Buildah,
): Promise<void> {
  const { name } = OPERATOR;
  const image = await configurationOf(`localhost/millrace/${name}`, buildah);
  const running = startContainer({
    name,
    root,
    image: { ...image, command: [...image.command, 'doctor', '--json'] },
    folder: join(folder, name),
    memoryMb: MEMORY_MB,
    variables: { ...settings, MILLRACE_MASTER_KEYS_FILE: MASTER_KEYS },
    files: { [MASTER_KEYS]: keys },
  });
  const code = await running.ended;
  if (code !== 1) throw new Failure(`${name} ended with ${code}, without a gateway.`, running.output());
  const { findings } = findingsIn(running.output());
  const missed = Object.entries(REACHED).filter(
    ([check, expected]) => !findings.some((finding) => finding.check === check && expected.test(finding.found)),
  );
  if (missed.length > 0)
    throw new Failure(`${name} has not reached ${missed.map(([check]) => check).join(', ')}.`, running.output());
}

function findingsIn(output: string): Findings {
  try {
    return JSON.parse(output) as Findings;
  } catch {
    throw new Failure(`The doctor of ${OPERATOR.name} has not said what it found.`, output);
  }
}
