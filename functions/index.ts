/** All targets, for development. What deploys loads its own target alone. */
import './high-noon-sync/index.ts';
import './relay/index.ts';
import './operator/index.ts';
import './snapshot-orchestration/index.ts';
import './t-30-final-check/index.ts';
import './t-90-prep/index.ts';
import './watchdog/index.ts';
import './weekly-risk-review/index.ts';
