import { sha256 } from '../../../domain/json.ts';
import { type Instant, plusSeconds } from '../../../domain/time.ts';
import type { LocalServices } from '../services.ts';
import { SAMPLE_SERVICE_ENVIRONMENT } from './evidence.ts';

/** A new revision waits for its noon on every day of the sample world; the others stay as they were deployed first. */
const RELEASED = 'integration-service';

/** Deploys what a pipeline would have deployed by that morning: every service once, and each day a candidate of one. */
export function seedSampleServices(services: LocalServices, morning: Instant, isFirstDay: boolean): void {
  if (isFirstDay) {
    for (const service of Object.keys(SAMPLE_SERVICE_ENVIRONMENT))
      deploy(services, service, `${service}-00001`, plusSeconds(morning, -86_400));
  }
  deploy(services, RELEASED, `${RELEASED}-${morning.slice(0, 10).replaceAll('-', '')}`, morning);
}

/** A preparation that was cut short is done again: what is deployed already stays as it is. */
function deploy(services: LocalServices, service: string, name: string, createdAt: Instant): void {
  if (services.has(service, name)) return;
  services.deploy(service, {
    name,
    image: `us-docker.pkg.dev/livhana-fixture/services/${service}@sha256:${sha256(name)}`,
    createdAt,
    serviceAccount: 'run-api@livhana-fixture.iam.gserviceaccount.com',
    environment: SAMPLE_SERVICE_ENVIRONMENT[service] ?? {},
    concurrency: 40,
    livenessProbe: { path: '/health' },
    startupProbe: { path: '/ready' },
  });
}
