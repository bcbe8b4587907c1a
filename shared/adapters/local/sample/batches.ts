import type { Instant } from '../../../domain/time.ts';
import { plusSeconds } from '../../../domain/time.ts';

/** Rows of the sample world's incoming batches: most are right, some are wrong in ways that real exports are. */
export interface SampleBatch {
  readonly dataset: string;
  readonly lines: readonly string[];
}

const ROWS = 240;

/** The batches that arrived on the morning of a date. No randomness: the same morning gives the same bytes. */
export function sampleBatches(morning: Instant): SampleBatch[] {
  const date = morning.slice(0, 10);
  const at = (index: number) => plusSeconds(morning, -index * 300);
  const range = Array.from({ length: ROWS }, (_, index) => index);
  const sales = range.map((index) => ({
    id: `sq-${date}-${index}`,
    status: 'COMPLETED',
    amount: 1000 + ((index * 37) % 9000),
    currency: 'USD',
    created_at: at(index),
    customer_id: `c-${(index * 7) % 90}`,
    location_id: 'austin-1',
  }));
  const pos = range.map((index) => ({
    sale_id: `ls-${date}-${index}`,
    timestamp: at(index),
    product_id: `p-${index % 40}`,
    quantity: 1 + (index % 3),
    price: 10 + (index % 60),
    payment_method: index % 2 === 0 ? 'card' : 'cash',
  }));
  const news = range
    .slice(0, 12)
    .map((index) => ({ id: `n-${date}-${index}`, title: `Item ${index}`, published_date: at(index) }));
  const { customer_id: _without, ...nobody } = sales[3] ?? {};
  return [
    {
      dataset: 'square_transactions',
      lines: [...sales.map(line), '{"id": "sq-torn", "status": "COMPL', line({ ...nobody, id: `sq-${date}-nobody` })],
    },
    { dataset: 'lightspeed_sales', lines: [...pos.map(line), line({ sale_id: `ls-${date}-bare` }), 'null'] },
    { dataset: 'daily_news', lines: news.map(line) },
  ];
}

const line = (row: unknown): string => JSON.stringify(row);
