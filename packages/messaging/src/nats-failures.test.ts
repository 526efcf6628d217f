import { AppError } from '@millrace/contracts';
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { unavailable } from './direct-get.js';
import { TopologyError } from './errors.js';
import { isOutage } from './nats-failures.js';
import { NoReplyError } from './reply-mux.js';

const refusal = new errors.PermissionViolationError('not allowed', 'publish', 'journal.1.x');
const noQuorum = new JetStreamApiError({ code: 503, err_code: 10008, description: 'temporarily unavailable' });

describe('a failure of NATS', () => {
  it.each([
    ['a connection that is lost', new errors.RequestError('connection disconnected')],
    ['a connection that is closed', new errors.ClosedConnectionError()],
    ['a connection that is being closed', new errors.DrainingConnectionError()],
    ['a connection that cannot be made', new errors.ConnectionError('connection refused')],
    ['a server that does not reply in time', new errors.TimeoutError()],
    ['nobody who replies', new errors.RequestError('', { cause: new errors.NoRespondersError('$JS.API.INFO') })],
    ['a question that the connection was lost under', new NoReplyError('connection-lost', '$JS.API.INFO')],
    ['a read that timed out', unavailable('LAYOUT', new errors.TimeoutError())],
    ['a read of a stream without a leader', unavailable('LAYOUT', noQuorum)],
  ])('is an outage: %s', (_, error) => {
    expect(isOutage(error)).toBe(true);
  });

  it.each([
    ['what the user may not do', refusal],
    ['a request that the user may not send', new errors.RequestError('', { cause: refusal })],
    ['a read that the user may not ask for', unavailable('LAYOUT', new errors.RequestError('', { cause: refusal }))],
    ['a question that was refused', new NoReplyError('refused', '$JS.API.INFO')],
    ['streams of another form', new TopologyError(['RUNS: retention'])],
    ['another error of ours', new AppError('STORAGE_FULL')],
    ['words alone', new Error('connection disconnected')],
    ['no Error', 'timeout'],
  ])('is none: %s', (_, error) => {
    expect(isOutage(error)).toBe(false);
  });
});
