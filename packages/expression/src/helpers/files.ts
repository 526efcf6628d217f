import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { TYPE, type Value, type ValueObject } from '../value.js';
import { bytesToBase64, bytesToText } from './bytes.js';
import { type Helper, helper, oneOf } from './helper.js';

const GROUP = 'Files';
const file = oneOf<ValueObject>('file', TYPE.object);

/** The content of a file that a value names. @throws Fault E_FILE, E_VALUE */
function contentOf(evaluation: Evaluation, value: ValueObject, name: string): Uint8Array {
  const { files } = evaluation.options;
  if (files === undefined)
    throw new Fault('E_FILE', `${name}() cannot read files here`, -1, -1, {
      hint: 'it works in the steps of a running workflow, and where whoever asks may read executions',
    });
  const id = idIn(value);
  if (id === undefined) {
    const given = isInside(value) ? "what is in a file's member `file`; give the value around it" : 'another object';
    throw new Fault('E_VALUE', `${name}() needs a file, {file: {id, …}}, and was given ${given}`);
  }
  const content = files.get(id);
  if (content !== undefined) return content;
  throw new Fault('E_FILE', `the content of the file that ${name}() is to read is not there`, -1, -1, { file: id });
}

function idIn(value: ValueObject): string | undefined {
  const inner = own(value, 'file');
  const id =
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? own(inner as ValueObject, 'id') : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Whether it is what is below `file` in a file, which is easily taken for the file itself. */
function isInside(value: ValueObject): boolean {
  const id = own(value, 'id');
  return typeof id === 'string' && id.startsWith('file_');
}

function own(value: ValueObject, name: string): Value | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

export const fileHelpers: readonly Helper[] = [
  helper(GROUP, 'text', {
    params: [file],
    returns: TYPE.text,
    doc: 'The content of a file as text, which must be UTF-8; at most 1 MiB.',
    examples: [['text(input.note)', '"Buy tea"']],
    needs: 'files',
    run: (evaluation, value) => {
      const content = contentOf(evaluation, value, 'text');
      evaluation.reserveText(content.length);
      const read = bytesToText(content);
      // A mark of the encoding is no text.
      return read.startsWith('\ufeff') ? read.slice(1) : read;
    },
  }),
  helper(GROUP, 'base64', {
    params: [file],
    returns: TYPE.text,
    doc: 'The content of a file as Base64; at most 768 KiB.',
    examples: [['base64(input.note)', '"QnV5IHRlYQ=="']],
    needs: 'files',
    run: (evaluation, value) => {
      const content = contentOf(evaluation, value, 'base64');
      evaluation.reserveText(Math.ceil(content.length / 3) * 4);
      return bytesToBase64(content);
    },
  }),
];
