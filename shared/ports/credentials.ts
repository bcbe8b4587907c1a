/**
 * Credentials by reference. Operations never see one: the composition puts them onto the requests of the services and
 * repositories whose configuration names them.
 */
export interface Credentials {
  /** The secret that a reference names: `secret://NAME`, `projects/P/secrets/S/versions/V`; locally also `env:NAME`. Throws PortError. */
  secret(reference: string): Promise<string>;
  /** An id token of this process for an allow-listed audience. Throws PortError `permission-denied` for any other. */
  idToken(audience: string): Promise<string>;
}
