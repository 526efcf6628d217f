export { callApi, mustCall, sendApi, type ApiCall, type ApiResponse } from './api-call.js';
export { ApiDocument, type ApiAnswer } from './api-document.js';
export { Authority } from './authority.js';
export { aJournalEntry, aRunRequest, aWorkflow } from './builders.js';
export { documentedEvent, type DocumentedEvent } from './documented-event.js';
export { exactJson } from './exact-json.js';
export { samplesOf, sumOf, type Sample } from './exposition.js';
export { FakeHttpServer, type FakeHttpAnswer, type FakeHttpBehaviour, type FakeHttpCall } from './fake-http-server.js';
export { FakeSmtpServer, type FakeSmtpBehaviour, type FakeSmtpMessage, type SmtpReply } from './fake-smtp-server.js';
export { idAt } from './id-at.js';
export { INNER_HOSTS, INNER_ONLY_IN_URLS, InnerListener } from './inner-hosts.js';
export { addLateCopies } from './late-copies.js';
export { startNatsCluster, type ClusterServer } from './nats-cluster.js';
export { pauseProcess } from './pause-process.js';
export { residentMb } from '@millrace/local/usage';
export { SeededRandom } from './seeded-random.js';
export {
  freePort,
  startDovecot,
  sharedMongo,
  sharedRedis,
  startMongo,
  startNats,
  startRedis,
  uniqueName,
  type OwnDovecot,
  type OwnMongo,
  type OwnServer,
  type SharedServer,
} from './servers.js';
export { TcpProxy } from './tcp-proxy.js';
export { waitUntil } from './wait-until.js';
