import { PortError } from '../../domain/errors.ts';

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
/** RFC 1035 (2.3.4): 255 octets on the wire leave 253 characters of text. */
const LONGEST_NAME = 253;

/** The name in lower case without its final dot; throws `PortError` code `invalid`. */
export function domainName(text: string): string {
  const name = text.toLowerCase().replace(/\.$/, '');
  if (name.length <= LONGEST_NAME && name.split('.').every((label) => LABEL.test(label))) return name;
  const shown = JSON.stringify(text.slice(0, 80));
  throw new PortError(
    'dns',
    'invalid',
    `${shown} is not a domain name; letters, digits, - and _ between dots are allowed`,
  );
}
