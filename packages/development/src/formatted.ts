import { join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';

/** A text as `pnpm format` writes it into the file; as it is where that leaves the file alone. */
export async function formatted(root: string, file: string, text: string): Promise<string> {
  const { ignored } = await getFileInfo(file, { ignorePath: join(root, '.prettierignore') });
  return ignored ? text : format(text, { ...(await resolveConfig(file)), filepath: file });
}
