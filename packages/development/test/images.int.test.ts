import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onPath } from '@millrace/local/host';
import { mountedIn, removeTree } from '@millrace/local/remove-tree';
import { buildImage, type BuildSources } from '../src/images/build-image.js';
import { buildahIn, discardContainers, type Buildah } from '../src/images/buildah.js';

/* What builds of images leave behind. Whole images are built by `npm run test:images`. */

/** It takes root, and programs that `npm test` does not install: whoever runs `npm run test:images` has them. */
const whereImagesAreBuilt =
  process.getuid?.() === 0 && ['buildah', 'runc'].every((program) => onPath(program, process.env)) ? test : test.skip;

let folder: string;
let buildah: Buildah;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-left-')));
  buildah = buildahIn(folder, process.env);
});
afterEach(async () => {
  await discardContainers(buildah);
  removeTree(folder);
});

const containers = () => buildah('containers', '--all', '--quiet');
/** Where something is mounted below the folder. */
const mounts = () => mountedIn(folder);

function sourcesWith(dockerfile: string): BuildSources {
  const [context, compiled] = [join(folder, 'context'), join(folder, 'compiled')];
  mkdirSync(join(context, 'deploy'), { recursive: true });
  mkdirSync(compiled);
  writeFileSync(join(context, 'deploy', 'Dockerfile'), dockerfile);
  return { context, compiled, seconds: '1', remove: () => undefined };
}

whereImagesAreBuilt('a build that fails at a step leaves nothing mounted', async () => {
  const sources = sourcesWith(
    [
      ...['FROM scratch AS first', 'COPY deploy/Dockerfile /one'],
      ...['FROM scratch', 'COPY --from=first /one /two', 'RUN ["/missing"]'],
    ].join('\n'),
  );
  await expect(buildImage('broken', sources, buildah)).rejects.toMatchObject({
    cure: expect.stringContaining('building at STEP "RUN /missing"') as string,
  });
  expect([await containers(), mounts()]).toEqual([[], []]);
});

whereImagesAreBuilt('what a run that was killed has left is taken away', async () => {
  const [container = ''] = await buildah('from', 'scratch');
  const [root = ''] = await buildah('mount', container);
  expect([(await containers()).length, mounts()]).toEqual([1, expect.arrayContaining([root]) as string[]]);
  await discardContainers(buildah);
  expect([await containers(), mounts()]).toEqual([[], []]);
});
