import { noted, type OperationResult, result } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';

/**
 * The result of an operation that the configuration gives no subject: the receipt is the configuration itself, and a
 * person reads that nothing was looked at.
 */
export function nothingConfigured(
  context: { now(): Instant; readonly pins: { readonly configuration: string } },
  section: string,
): OperationResult & { readonly output: Json } {
  const finding = noted({
    code: 'nothing-configured',
    subject: section,
    message: `the configuration names no ${section}, so there is nothing to look at`,
    remedy: `name them under \`${section}\` if there are any`,
  });
  const request = `\`${section}\` of the configuration`;
  const digest = `sha256:${context.pins.configuration}`;
  const evidence = { subject: section, request, observedAt: context.now(), value: 0, digest };
  return { ...result([finding], [evidence]), output: null };
}
