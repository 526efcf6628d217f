import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { composeSecrets } from './secrets.js';

/** Where Compose reads variables from: beside the file that it is given. */
const VARIABLES = '.env';
/** Where they were while the file was in the folder of what it mounts. */
const FORMER_VARIABLES = join('compose', VARIABLES);

/** There are secrets already; `message` is for whoever ran the command. */
export class SecretsExistError extends Error {}

/**
 * Makes the secrets of an installation by Docker Compose, once; one that was made when its variables had another place has them moved instead.
 *
 * @param deploy the folder of `compose.yaml`
 * @returns what to tell whoever ran the command
 * @throws {SecretsExistError} when there are some: new ones would not open what is sealed with them
 */
export function writeComposeSecrets(deploy: string): string {
  const [variables, former] = [join(deploy, VARIABLES), join(deploy, FORMER_VARIABLES)];
  if (existsSync(former) && !existsSync(variables)) {
    renameSync(former, variables);
    return `Moved ${former} to ${variables}, which is where Compose reads it now. Everything in it is as it was.\n`;
  }
  const { files, operatorToken } = composeSecrets();
  const first = [...files.keys()].map((path) => join(deploy, path)).find((path) => existsSync(path));
  if (first !== undefined) {
    throw new SecretsExistError(
      `${first} exists, and the data of its installation can be opened with nothing else. Delete ${variables} and ${join(deploy, 'compose', 'secrets')} only together with the installation.\n`,
    );
  }
  for (const [path, text] of files) {
    const file = join(deploy, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // The services read the keys as a user of their own; nobody else gets into the folder.
    writeFileSync(file, text, { mode: path === VARIABLES ? 0o600 : 0o644, flag: 'wx' });
  }
  return `Wrote ${[...files.keys()].map((path) => join(deploy, path)).join(', ')}. The operator's token is ${operatorToken}\n`;
}
