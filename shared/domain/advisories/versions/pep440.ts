import { compareDigits, compareNumbers, compareText, isDigits, type VersionOrder } from './order.ts';

/** PyPI: https://packaging.python.org/specifications/version-specifiers/ (PEP 440), epochs and local versions included. */
export interface Pep440Key {
  readonly epoch: string;
  readonly release: readonly string[];
  /** 0 a development release of a plain version, 1 alpha, 2 beta, 3 candidate, 4 none: the place before the final. */
  readonly stage: number;
  readonly stageNumber: string;
  readonly post: string | undefined;
  readonly dev: string | undefined;
  readonly local: readonly string[] | undefined;
}

const SHAPE =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d+)?)?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d+)?)?(?:[-_.]?(dev)[-_.]?(\d+)?)?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

const STAGES: ReadonlyMap<string, number> = new Map([
  ['a', 1],
  ['alpha', 1],
  ['b', 2],
  ['beta', 2],
  ['c', 3],
  ['rc', 3],
  ['pre', 3],
  ['preview', 3],
]);
const FINAL = 4;

export const pep440Order: VersionOrder<Pep440Key> = {
  name: 'PEP 440',
  equality: 'order',
  key(version) {
    const match = SHAPE.exec(version.trim().toLowerCase());
    if (match === null) return undefined;
    const [, epoch = '0', release = '0', label, labelNumber = '0', bare, postWord, postNumber = '0', devWord] = match;
    const post = bare ?? (postWord === undefined ? undefined : postNumber);
    const dev = devWord === undefined ? undefined : (match[9] ?? '0');
    const isBareDev = label === undefined && post === undefined && dev !== undefined;
    return {
      epoch,
      release: release.split('.'),
      stage: label === undefined ? (isBareDev ? 0 : FINAL) : (STAGES.get(label) ?? FINAL),
      stageNumber: label === undefined ? '0' : labelNumber,
      post,
      dev,
      local: match[10]?.split(/[-_.]/),
    };
  },
  compare(a, b) {
    return (
      compareDigits(a.epoch, b.epoch) ||
      compareNumbers(a.release, b.release) ||
      a.stage - b.stage ||
      compareDigits(a.stageNumber, b.stageNumber) ||
      compareWhenPresent(a.post, b.post, -1) ||
      compareWhenPresent(a.dev, b.dev, 1) ||
      compareLocal(a.local, b.local)
    );
  },
};

/** `absent` is where a version without that part stands: before those with a post part, after those with a dev part. */
function compareWhenPresent(a: string | undefined, b: string | undefined, absent: -1 | 1): number {
  if (a === undefined) return b === undefined ? 0 : absent;
  return b === undefined ? -absent : compareDigits(a, b);
}

function compareLocal(a: readonly string[] | undefined, b: readonly string[] | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a[index] as string;
    const right = b[index] as string;
    const isNumberLeft = isDigits(left);
    const isNumberRight = isDigits(right);
    if (isNumberLeft !== isNumberRight) return isNumberLeft ? 1 : -1;
    const difference = isNumberLeft ? compareDigits(left, right) : compareText(left, right);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
