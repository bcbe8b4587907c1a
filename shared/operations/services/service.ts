import type { Service } from '../../domain/configuration/index.ts';
import { parseSource } from '../../domain/configuration/index.ts';

export const subjectOf = ({ name }: Pick<Service, 'name'>): string => `services/${name}`;

/** Findings about a service that is not critical, or that no go waits for, degrade and do not block. */
export const softness = ({ critical, required_for_go }: Service): { soft?: true } =>
  critical && required_for_go ? {} : { soft: true };

/** A service whose traffic noon moves, and what its platform calls it. */
export interface ReleasedService {
  readonly service: Service;
  readonly platformName: string;
  /** `latest-ready`, or the name of a revision. */
  readonly wanted: string;
}

export function releasedServices(services: readonly Service[]): ReleasedService[] {
  return services.flatMap((service) => {
    const { name, release } = service;
    return release === undefined ? [] : [{ service, platformName: release.service ?? name, wanted: release.candidate }];
  });
}

/** An address as evidence shows it: a query may carry what is nobody's business. */
export function shownAddress(address: string): string {
  const source = parseSource(address);
  if (typeof source === 'string' || source.system !== 'https') return address;
  const { origin, pathname } = new URL(source.url);
  return `${origin}${pathname}`;
}
