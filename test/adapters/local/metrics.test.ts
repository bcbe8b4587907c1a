import { SteppedClock } from '../../../shared/adapters/local/clock.ts';
import { LocalDocuments } from '../../../shared/adapters/local/documents.ts';
import { LocalMetrics } from '../../../shared/adapters/local/metrics.ts';
import { type Point, seriesOf } from '../../../shared/domain/points.ts';
import { plusSeconds } from '../../../shared/domain/time.ts';
import { metricsContract } from '../../contracts/metrics.contract.ts';

metricsContract('the embedded store', async () => {
  const clock = new SteppedClock('2026-11-24T12:00:00.000Z');
  const documents = new LocalDocuments(':memory:', clock);
  return {
    port: new LocalMetrics(documents),
    now: () => clock.now(),
    advance: (seconds) => clock.advanceTo(plusSeconds(clock.now(), seconds)),
    async newest(metric, labels) {
      const series = seriesOf({ metric, labels });
      const found = (await documents.query<Point>('metrics')).find(({ data }) => seriesOf(data) === series);
      const value = found?.data.value;
      return value?.kind === 'distribution' ? value.value.count : value?.value;
    },
    close: async () => documents.close(),
  };
});
