/** A report without what differs between two plays of one day: ids of objects and commits, digests, tokens, durations, ports. */
export function comparable(text: string): string {
  return text
    .replace(/\bsha256:[0-9a-f]{6,64}\b/g, 'sha256:DIGEST')
    .replace(/\b[0-9a-f]{40}\b|\b[0-9a-f]{64}\b/g, 'DIGEST')
    .replace(/\b[0-9a-f]{7,12}\b(?=[^-]|$)/g, (word) => (/\d/.test(word) && /[a-f]/.test(word) ? 'SHORT' : word))
    .replace(/127\.0\.0\.1:\d+/g, 'LOOPBACK')
    .replace(/("durationMs": )\d+(\.\d+)?/g, '$1DURATION')
    .replace(/\b\d+(\.\d+)? ms\b/g, 'DURATION');
}
