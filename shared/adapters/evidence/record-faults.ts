import { PortError } from '../../domain/errors.ts';

/** A record larger than this is no record; it bounds what is held at a time. In UTF-16 units. */
export const LARGEST_RECORD = 1_048_576;

export const invalid = (uri: string, what: string): PortError =>
  new PortError('evidence', 'invalid', `${uri}: ${what}`);
export const tooLarge = (uri: string, place: string): PortError =>
  new PortError('evidence', 'too-large', `${uri}: ${place} is longer than ${LARGEST_RECORD} characters`);
