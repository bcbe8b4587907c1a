import { setFlagsFromString } from 'node:v8';

/** V8's own default: the space for young objects doubles whenever much of it survived a collection. */
const USUAL_GROWTH = 2;

/** Works that began and have not ended: the last of them gives the growth back. */
let underWay = 0;

/**
 * Runs work that makes much garbage: a collection captured, evidence judged, large files read, a year of series forecast.
 * What is at hand survives a collection or two, so V8 would let the young space grow to its full size and leave it so: a
 * third of the memory, which buys nothing. V8 reads this flag at each collection, so that it may change while a program
 * runs.
 */
export async function withSteadyYoungSpace<T>(work: () => Promise<T>): Promise<T> {
  underWay += 1;
  setFlagsFromString('--semi-space-growth-factor=1');
  try {
    return await work();
  } finally {
    underWay -= 1;
    if (underWay === 0) setFlagsFromString(`--semi-space-growth-factor=${USUAL_GROWTH}`);
  }
}
