import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane.js';

/** Adds the definitions of the custom resources that the manifests use. */
export async function addCustomResources(plane: ControlPlane): Promise<void> {
  const folder = join(plane.programs.controlPlane, 'custom-resources');
  for (const file of readdirSync(folder)) await plane.kubectl('apply', '--server-side', '-f', join(folder, file));
  await plane.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
}
