import type { FilePart, ImagePart, ModelMessage } from 'ai';
import type { AttachedFile } from './attached-files.js';

/** What is put to a model. */
interface Asked {
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[];
  readonly files: readonly AttachedFile[];
}

/** The messages of a question, the last one of the user with the files. */
export function withFiles({ messages, files }: Asked): ModelMessage[] {
  const said = messages.map((one): ModelMessage => ({ ...one }));
  if (files.length === 0) return said;
  const parts = files.map(partOf);
  const last = messages.findLastIndex(({ role }) => role === 'user');
  if (last < 0) return [...said, { role: 'user', content: parts }];
  said[last] = { role: 'user', content: [{ type: 'text', text: messages[last]?.content ?? '' }, ...parts] };
  return said;
}

/** Its content, never an address: some of the libraries would get that by themselves. */
function partOf({ name, type, content }: AttachedFile): ImagePart | FilePart {
  if (type.startsWith('image/')) return { type: 'image', image: content, mediaType: type };
  return { type: 'file', data: content, mediaType: type, filename: name ?? 'attachment.pdf' };
}
