import { PortError, type PortErrorCode } from '../../domain/errors.ts';
import type { PushRefusal, Repository } from '../../ports/repositories.ts';

const LONGEST_QUOTE = 300;

export function gitError(repository: Repository, code: PortErrorCode, what: string, cause?: unknown): PortError {
  return new PortError('repositories', code, `${repository.name}: ${what}`, cause === undefined ? {} : { cause });
}

/** A push that the server or the fence refused: nothing moved, and `refusal` says why. */
export class PushRefusedError extends PortError {
  readonly refusal: PushRefusal;

  constructor(repository: Repository, refusal: PushRefusal, what: string) {
    // A forbidden move will be forbidden again; the others are a matter of who came first.
    const code = refusal.kind === 'forbidden' ? 'permission-denied' : 'precondition-failed';
    super('repositories', code, `${repository.name}: ${what}`);
    this.refusal = refusal;
  }
}

/** What a server says may be hostile, endless or an echo of our own credential. */
export function quote(text: string, secrets: readonly string[] = []): string {
  const struck = secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '[secret]')), text);
  const plain = struck.replace(/\p{C}+/gu, ' ').trim();
  return plain.length > LONGEST_QUOTE ? `${plain.slice(0, LONGEST_QUOTE)}...` : plain;
}
