import { Failure } from '@millrace/local/failure';
import type { Buildah } from './buildah.js';

/** What an image says about how it is run. */
export interface ImageConfiguration {
  readonly uid: number;
  readonly gid: number;
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: readonly string[];
  /** A program and its arguments, which ends with 0 where the service is healthy. */
  readonly healthCheck: readonly string[];
}

/** One setting a line, by its name; in an image of OCI's format there is no health check. */
const FORMAT = [
  '{{with .Docker.Config}}{{println "user" .User}}{{println "folder" .WorkingDir}}{{range .Cmd}}{{println "command" .}}{{end}}',
  '{{range .Env}}{{println "environment" .}}{{end}}',
  '{{with .Healthcheck}}{{range .Test}}{{println "health" .}}{{end}}{{end}}{{end}}',
].join('');

/** Reads it. Rejects where an image would run as root or as a user by name, or does not say how its health is checked. */
export async function configurationOf(image: string, buildah: Buildah): Promise<ImageConfiguration> {
  const lines = await buildah('inspect', '--type', 'image', '--format', FORMAT, image);
  const values = (name: string) =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const [user = ''] = values('user');
  // Kubernetes cannot know whether a user that has only a name is root, and refuses it where root is not allowed.
  const [, uid, gid] = /^([1-9]\d*):([1-9]\d*)$/.exec(user) ?? [];
  if (uid === undefined) throw new Failure(`${image} runs as the user "${user}", and not as a number above 0.`);
  const [kind, ...healthCheck] = values('health');
  if (kind !== 'CMD' || healthCheck.length === 0) throw new Failure(`${image} has no health check that is a program.`);
  const [folder = '/'] = values('folder');
  const [command, environment] = [values('command'), values('environment')];
  return { uid: Number(uid), gid: Number(gid), command, folder, environment, healthCheck };
}
