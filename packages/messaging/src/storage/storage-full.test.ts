import { isStorageFull } from './storage-full.js';

describe('isStorageFull', () => {
  it.each([
    [{ code: 503, err_code: 10077, description: 'maximum bytes exceeded' }],
    [{ code: 503, err_code: 10077, description: 'maximum messages exceeded' }],
    [{ code: 503, err_code: 10023, description: 'insufficient resources' }],
    [{ code: 500, err_code: 10047, description: 'insufficient storage resources available' }],
    [{ code: 500, err_code: 10028, description: 'insufficient memory resources available' }],
    [{ code: 400, err_code: 10002, description: 'resource limits exceeded for account' }],
    [{ code: 500, err_code: 10049, description: 'mkdir /data/streams: no space left on device' }],
  ])('takes %j for a want of room', (error) => {
    expect(isStorageFull(error)).toBe(true);
  });

  it.each([
    [{ code: 503, err_code: 10008, description: 'JetStream system temporarily unavailable' }],
    [{ code: 503, err_code: 10077, description: 'maximum messages per subject exceeded' }],
    [{ code: 503, err_code: 10077, description: 'store is closed' }],
    [{ code: 400, err_code: 10054, description: 'message size exceeds maximum allowed' }],
    [{ code: 400, err_code: 10071, description: 'wrong last sequence: 5' }],
  ])('does not take %j for one', (error) => {
    expect(isStorageFull(error)).toBe(false);
  });
});
