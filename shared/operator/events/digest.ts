import { sha256 } from '../../domain/json.ts';
import type { PageView } from '../page/view.ts';

/** Changes when anything changes that the page shows, time itself left out. */
export const digestOfView = ({ day, lockdown, summary }: PageView): string =>
  sha256(JSON.stringify([day, lockdown, summary.version])).slice(0, 20);
