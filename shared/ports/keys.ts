/**
 * Encryption keys by reference. Only snapshots ask for one; whoever holds the reference still needs the right to read
 * the secret behind it.
 */
export interface KeysPort {
  /** The 32 bytes of the key that a reference names. Throws PortError: `permission-denied`, `unauthenticated`, `invalid`, ... */
  key(reference: string): Promise<Uint8Array>;
}
