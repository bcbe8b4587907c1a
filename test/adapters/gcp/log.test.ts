import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCloudLog } from '../../../shared/adapters/gcp/log.ts';
import { traceOf } from '../../../shared/adapters/gcp/request-trace.ts';

function lines(work: (log: ReturnType<typeof createCloudLog>) => void): Record<string, unknown>[] {
  const written: string[] = [];
  const clock = { now: () => '2026-11-24T12:00:00.000Z' };
  work(
    createCloudLog({ projectId: 'p', service: 't90Prep', version: 'v1', clock, write: (line) => written.push(line) }),
  );
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log of a function', () => {
  it('shapes an error as Error Reporting takes it, and nothing else', () => {
    const [plain, error] = lines((log) => {
      log.write('WARNING', 'a lease could not be renewed yet', { error: new Error('one') });
      log.write('ERROR', 'the watchdog could not finish', { error: new Error('two') });
    });
    assert.equal(plain?.['@type'], undefined);
    assert.match(String(error?.['@type']), /ReportedErrorEvent$/);
    assert.deepEqual(error?.serviceContext, { service: 't90Prep', version: 'v1' });
    assert.match(String(error?.stack_trace), /^the watchdog could not finish: Error: two/);
  });

  it('drops what is below its least severity', () => {
    assert.deepEqual(
      lines((log) => log.write('DEBUG', 'watchdog tick')),
      [],
    );
  });

  it('finds the trace in either header, and none in what only looks like one', () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    assert.deepEqual(traceOf({ traceparent: `00-${traceId}-b7ad6b7169203331-01` }), {
      traceId,
      spanId: 'b7ad6b7169203331',
    });
    assert.deepEqual(traceOf({ 'x-cloud-trace-context': `${traceId}/255;o=1` }), {
      traceId,
      spanId: '00000000000000ff',
    });
    assert.equal(traceOf({ traceparent: '00-"},"severity":"INFO' }), undefined);
  });
});
