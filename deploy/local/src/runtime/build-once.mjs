import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../failure.mjs';
import { readJson } from '../json-file.mjs';
import { identityOf, isRunning } from '../processes/identity.mjs';
import { sleep } from '../wait-until.mjs';
import { removeTree } from './remove-tree.mjs';

/**
 * Makes a folder exactly once, however many processes ask for it and however often it is interrupted: it is built beside under another
 * name and renamed when complete, so a folder of this name is always whole. A second process waits for the first.
 *
 * @param {string} folder absolute
 * @param {object} options
 * @param {(temporary: string) => Promise<void>} options.build fills an existing empty folder
 * @param {(text: string) => void} options.say
 * @returns {Promise<void>}
 */
export async function buildOnce(folder, { build, say }) {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  const lock = join(parent, `${basename(folder)}.building`);
  mkdirSync(parent, { recursive: true });
  await takeLock(lock, { done: () => existsSync(folder), say });
  try {
    if (existsSync(folder)) return;
    const temporary = join(parent, `${basename(folder)}.part`);
    removeTree(temporary);
    mkdirSync(temporary);
    await build(temporary);
    renameSync(temporary, folder);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/**
 * @param {string} lock a folder, because making one is atomic everywhere
 * @param {{ done: () => boolean, say: (text: string) => void }} options
 */
async function takeLock(lock, { done, say }) {
  const deadline = Date.now() + 60 * 60_000;
  for (let round = 0; Date.now() < deadline; round += 1) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'owner.json'), JSON.stringify(identityOf(process.pid)));
      return;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const owner = /** @type {import('../processes/identity.mjs').ProcessIdentity | undefined} */ (
      readJson(join(lock, 'owner.json'))
    );
    // Without an owner file its maker is between two lines, or died there: give it a moment.
    if (owner === undefined ? round > 4 : !isRunning(owner)) rmSync(lock, { recursive: true, force: true });
    else say(`another process (pid ${owner?.pid ?? 'unknown'}) is making it; waiting`);
    if (done()) continue;
    await sleep(500);
  }
  throw new Failure(
    `Another process has been making ${basename(lock)} for too long.`,
    `If none is running:  rm -rf ${lock}`,
  );
}

const FOLDERS = {
  servers: /^(rootfs|ferretdb|build)-[0-9a-f]{12}/,
  python: /^python-[0-9a-f]{12}/,
  'oldest-python': /^oldest-python-[0-9a-f]{12}/,
  schemathesis: /^schemathesis-[0-9a-f]{12}/,
  kubernetes: /^kubernetes-[0-9a-f]{12}/,
  controlPlane: /^control-plane-[0-9a-f]{12}/,
  kubeScore: /^kube-score-[0-9a-f]{12}/,
  keda: /^keda-[0-9a-f]{12}/,
  nats: /^nats-[0-9a-f]{12}/,
  releases: /^release-[0-9a-f]{12}/,
  node18: /^node18-/,
  deno: /^deno-/,
  bun: /^bun-/,
};

/**
 * Removes what earlier recipes and interrupted builds left.
 *
 * @param {string} parent
 * @param {string[]} keep names to keep
 * @param {keyof typeof FOLDERS} [of] whose they are
 */
export function removeOthers(parent, keep, of = 'servers') {
  const ours = FOLDERS[of];
  for (const name of readdirSync(parent)) {
    if (ours.test(name) && !keep.some((each) => name === each || name.startsWith(`${each}.`))) {
      removeTree(join(parent, name));
    }
  }
}
