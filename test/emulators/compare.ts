/**
 * A report without what two plays of one day cannot share: durations, and the id of the go ticket, which is a hash over
 * results that carry durations too.
 */
export function comparable(text: string): string {
  return text
    .replace(/("(?:p95Ms|durationMs)": )\d+(?:\.\d+)?/g, '$1"measured"')
    .replace(/(Go ticket: |"ticket": \{\s*"id": ")sha256:[0-9a-f]{64}/g, '$1ID');
}
