import { sha256 } from '../../domain/json.ts';
import { type Point, seriesOf } from '../../domain/points.ts';
import type { DocumentsPort } from '../../ports/documents.ts';
import type { MetricsPort, PointOutcome } from '../../ports/metrics.ts';

/** The newest point of each series, kept in the embedded store: what a person can look at without Cloud Monitoring. */
export class LocalMetrics implements MetricsPort {
  readonly #documents: DocumentsPort;

  constructor(documents: DocumentsPort) {
    this.#documents = documents;
  }

  async write(points: readonly Point[]): Promise<readonly { outcome: PointOutcome }[]> {
    const outcomes: { outcome: PointOutcome }[] = [];
    for (const point of points) {
      const path = `metrics/${sha256(seriesOf(point)).slice(0, 32)}`;
      const outcome = await this.#documents.transact(async (transaction): Promise<PointOutcome> => {
        const known = await transaction.get<Point>(path);
        if (known !== undefined && known.at >= point.at) return 'superseded';
        transaction.set(path, point);
        return 'written';
      });
      outcomes.push({ outcome });
    }
    return outcomes;
  }
}
