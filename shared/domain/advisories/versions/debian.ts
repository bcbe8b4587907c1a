import { compareDigits, type VersionOrder } from './order.ts';

/** dpkg's ordering, deb-version(7): epoch, upstream version, revision; a tilde sorts before the end of the text. */
export interface DebianKey {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

const SHAPE = /^(?:(\d+):)?([0-9A-Za-z.+:~_-]+)$/;

export const debianOrder: VersionOrder<DebianKey> = {
  name: 'dpkg',
  equality: 'order',
  key(version) {
    const match = SHAPE.exec(version.trim());
    if (match === null) return undefined;
    const rest = match[2] as string;
    const dash = rest.lastIndexOf('-');
    return {
      epoch: match[1] ?? '0',
      upstream: dash < 0 ? rest : rest.slice(0, dash),
      revision: dash < 0 ? '0' : rest.slice(dash + 1),
    };
  },
  compare(a, b) {
    return (
      compareDigits(a.epoch, b.epoch) || compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision)
    );
  },
};

/** Alternates between runs without digits, by `weight`, and runs of digits, by number. */
function compareParts(a: string, b: string): number {
  let left = 0;
  let right = 0;
  while (left < a.length || right < b.length) {
    while (isText(a, left) || isText(b, right)) {
      const difference = weight(a, left) - weight(b, right);
      if (difference !== 0) return difference;
      left += 1;
      right += 1;
    }
    const endLeft = endOfDigits(a, left);
    const endRight = endOfDigits(b, right);
    const difference = compareDigits(a.slice(left, endLeft), b.slice(right, endRight));
    if (difference !== 0) return difference;
    left = endLeft;
    right = endRight;
  }
  return 0;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isText(text: string, index: number): boolean {
  return index < text.length && !isDigit(text.charCodeAt(index));
}

/** Tilde, then the end of the part or a digit, then letters, then everything else by its code. */
function weight(text: string, index: number): number {
  if (index >= text.length) return 0;
  const code = text.charCodeAt(index);
  if (code === 126) return -1;
  if (isDigit(code)) return 0;
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return isLetter ? code : code + 256;
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  return end;
}
