import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane.js';

/** Adds the definitions of custom resources: those that the manifests use, or those in the folder of other programs. */
export async function addCustomResources(
  plane: ControlPlane,
  programs: string = plane.programs.controlPlane,
): Promise<void> {
  const folder = join(programs, 'custom-resources');
  for (const file of readdirSync(folder)) await plane.kubectl('apply', '--server-side', '-f', join(folder, file));
  await plane.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
}
