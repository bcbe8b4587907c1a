import { Undecided } from './judge.ts';

type Answered = 'holds' | 'fails' | Undecided;

const listOf = (statuses: number | readonly number[]): readonly number[] =>
  typeof statuses === 'number' ? [statuses] : statuses;

/** `http_status`: an address answers anybody as it should. What the server cannot do at the moment proves nothing. */
export function decideStatus(status: number, wanted: number | readonly number[]): Answered {
  if (listOf(wanted).includes(status)) return 'holds';
  return isPassing(status) ? new Undecided(`an address answered with the status ${status}`) : 'fails';
}

/** `http_denies_forged`: a page that is served, or sent on, to a visitor with a forged cookie has believed it. */
export function decideForged(status: number, refusals: number | readonly number[]): Answered {
  if (listOf(refusals).includes(status)) return 'holds';
  return status < 400 ? 'fails' : new Undecided(`a page answered with the status ${status}`);
}

const isPassing = (status: number): boolean => status >= 500 || status === 408 || status === 425 || status === 429;
