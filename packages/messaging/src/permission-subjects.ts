import { STREAMS } from '@millrace/contracts';

/** An object's chunks are read by direct gets, and it is deleted by purging them. */
export function objectSubjects(bucket: string, write: boolean): string[] {
  const stream = `OBJ_${bucket}`;
  return [
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    ...(write ? [`$O.${bucket}.>`, `$JS.API.STREAM.PURGE.${stream}`] : []),
  ];
}

/** What a service may do with files. */
export function fileSubjects(does: 'reads' | 'writes' | undefined): string[] {
  const { files } = STREAMS;
  if (does === undefined) return [];
  const reads = [`$JS.API.DIRECT.GET.${files}`, `$JS.API.DIRECT.GET.${files}.>`, `$JS.API.STREAM.MSG.GET.${files}`];
  return does === 'reads' ? reads : [...reads, 'files.>'];
}
