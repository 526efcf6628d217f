import type { Topology } from './topology.js';

/* Subjects on which the NATS server is asked for what a consumer or an object store needs. */

/** What it takes to consume, for the service with that name; others may only look at how far a consumer has come. */
export function consumerSubjects(name: string, topology: Topology): string[] {
  return topology.consumers.flatMap(({ stream, name: consumer, group }) => {
    const of = `${stream}.${consumer}`;
    const info = `$JS.API.CONSUMER.INFO.${of}`;
    if (group !== name) return [info];
    return [
      info,
      `$JS.API.CONSUMER.DELETE.${of}`,
      `$JS.API.CONSUMER.CREATE.${of}`,
      `$JS.API.CONSUMER.CREATE.${of}.>`,
      `$JS.API.CONSUMER.MSG.NEXT.${of}`,
      `$JS.ACK.${of}.>`,
      // With a domain and the account's hash in front, as newer servers may have it.
      `$JS.ACK.*.*.${of}.>`,
    ];
  });
}

/** An object's chunks are read by direct gets, and it is deleted by purging them. */
export function objectSubjects(bucket: string, write: boolean): string[] {
  const stream = `OBJ_${bucket}`;
  return [
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    ...(write ? [`$O.${bucket}.>`, `$JS.API.STREAM.PURGE.${stream}`] : []),
  ];
}
