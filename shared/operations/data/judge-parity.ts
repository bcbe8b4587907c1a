import type { Dataset } from '../../domain/configuration/index.ts';
import { fails, type Observation, unknown } from '../../domain/finding.ts';
import { softness, subjectOf } from './judge-volume.ts';

/** Two systems that tell of the same events tell of as many. `rows` has no number for what could not be measured. */
export function judgeParity(dataset: Dataset, rows: ReadonlyMap<string, number | undefined>): Observation[] {
  const { parity_with: parity } = dataset;
  if (parity === undefined) return [];
  const base = { subject: subjectOf(dataset), ...softness(dataset) };
  const [own, other] = [rows.get(dataset.name), rows.get(parity.dataset)];
  const remedy = `find out which of ${dataset.name} and ${parity.dataset} lacks records, and deliver it again`;
  if (own === undefined || other === undefined) {
    const message = `it cannot be compared with ${parity.dataset}: the rows of ${own === undefined ? dataset.name : parity.dataset} are not known`;
    return [unknown({ ...base, code: 'parity-unknown', message, remedy })];
  }
  const apartPct = own === other ? 0 : (Math.abs(own - other) / Math.max(own, other)) * 100;
  if (apartPct <= parity.tolerance_pct) return [];
  const apart = Math.round(apartPct * 100) / 100;
  const message = `it has ${own} rows and ${parity.dataset} has ${other}: ${apart} % apart, at most ${parity.tolerance_pct} % are allowed`;
  return [fails({ ...base, code: 'parity-broken', message, remedy, facts: { own, other } })];
}
