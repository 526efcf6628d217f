const loads: (() => Promise<unknown>)[] = [];

/**
 * A module that only some steps need, and that takes long to load: not with whatever imports it, but when an executor starts. What is replaced on the disk while the process
 * runs then makes no difference to it. Called where modules begin, and nowhere else.
 */
export function lateImport<Module>(load: () => Promise<Module>): () => Promise<Module> {
  loads.push(load);
  return load;
}

/** Loads all of them, one after the other. */
export async function loadLateImports(): Promise<void> {
  for (const load of loads) await load();
}
