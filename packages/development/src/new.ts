// `npm run new -- step|trigger|service NAME "What it does"`: begins a new part of the system, whole enough to be built and tested.
import { formatted } from './formatted.js';
import { REPOSITORY } from './repository.js';
import { parseArguments, USAGE } from './scaffold/arguments.js';
import type { Changes } from './scaffold/changes.js';
import { ScaffoldError } from './scaffold/scaffold-error.js';
import { newService } from './scaffold/service.js';
import { newStep } from './scaffold/step.js';
import { newTrigger } from './scaffold/trigger.js';

const NEXT = {
  step: 'Next: its config, output and what it does, and the lists of CONTRIBUTING (Add a step type); then `npm run openapi && npm run sdk:generate`, since the document and the SDKs list step types.',
  trigger:
    'Next: its config, what the server gives it, and the service that starts workflows by it; then `npm run openapi && npm run sdk:generate`, since the document and the SDKs list triggers.',
  service:
    'Next: `npm run pnpm -- install --no-frozen-lockfile` makes it part of the workspace, and the next `npm start` or `npm run dev` runs it (one that is up does not); then its work, its settings and its rights on NATS; then `npm run kubernetes`, which writes its manifests.',
} as const;

function changesFor(wish: ReturnType<typeof parseArguments>): Changes {
  if (wish.part === 'step') return newStep(REPOSITORY, wish);
  return wish.part === 'trigger' ? newTrigger(REPOSITORY, wish) : newService(REPOSITORY, wish);
}

try {
  const wish = parseArguments(process.argv.slice(2));
  const changes = changesFor(wish);
  await changes.write(formatted);
  process.stdout.write(`${changes.paths.map((path) => `  ${path}`).join('\n')}\n\n${NEXT[wish.part]}\n`);
} catch (error) {
  if (!(error instanceof ScaffoldError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  process.exitCode = 1;
}
