export function differences(catalog: unknown, jobs: readonly object[], prefix: string): string[];
