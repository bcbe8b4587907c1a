import { z } from 'zod';
import { PortError } from '../../domain/errors.ts';
import { digestOf } from '../../domain/json.ts';
import type { AccessPort, Binding } from '../../ports/access.ts';
import type { Clock } from '../../ports/clock.ts';
import { readWorldFile, writeWorldFile } from './world-file.ts';

const bindingSchema = z.strictObject({
  role: z.string().min(1),
  member: z.string().min(1),
  condition: z.string().nullable().default(null),
});
const accountSchema = z.strictObject({
  email: z.string().min(1),
  disabled: z.boolean().default(false),
  /** `in-use`: whenever it is looked at, it was used just then. */
  lastUsedAt: z.union([z.literal('in-use'), z.iso.datetime(), z.null()]),
  keys: z
    .array(z.strictObject({ id: z.string(), createdAt: z.iso.datetime(), userManaged: z.boolean().default(true) }))
    .default([]),
});
const accessSchema = z.strictObject({
  bindings: z.array(bindingSchema),
  serviceAccounts: z.array(accountSchema),
});
type AccessFile = z.infer<typeof accessSchema>;

/** `DATA/access.json`: who may do what in the sample project, in a file that a person can edit. */
export function createLocalAccess(options: { readonly file: string; readonly clock: Clock }): AccessPort {
  const read = (): AccessFile => readWorldFile('access', options.file, accessSchema);
  return {
    bindings: async () => {
      const { bindings } = read();
      return { etag: etagOf(bindings), bindings };
    },
    serviceAccounts: async () =>
      read().serviceAccounts.map((account) => ({
        ...account,
        lastUsedAt: account.lastUsedAt === 'in-use' ? options.clock.now() : account.lastUsedAt,
      })),
  };
}

const etagOf = (bindings: readonly Binding[]): string => digestOf(bindings).slice('sha256:'.length, 23);

/** What an approver's own hands do in the sample project; refused when the policy is not the one that was read. */
export function createLocalAccessChange(file: string) {
  return {
    async removeBinding(binding: Binding, etag: string): Promise<void> {
      const stored = readWorldFile('access', file, accessSchema);
      if (etagOf(stored.bindings) !== etag)
        throw new PortError('access', 'precondition-failed', 'the policy changed since it was read');
      const isSame = (one: Binding) =>
        one.role === binding.role && one.member === binding.member && one.condition === binding.condition;
      writeWorldFile(file, { ...stored, bindings: stored.bindings.filter((one) => !isSame(one)) });
    },
    async disableAccount(email: string): Promise<void> {
      const stored = readWorldFile('access', file, accessSchema);
      const change = (account: AccessFile['serviceAccounts'][number]) =>
        account.email === email ? { ...account, disabled: true } : account;
      writeWorldFile(file, { ...stored, serviceAccounts: stored.serviceAccounts.map(change) });
    },
    async deleteKey(email: string, keyId: string): Promise<void> {
      const stored = readWorldFile('access', file, accessSchema);
      const change = (account: AccessFile['serviceAccounts'][number]) =>
        account.email === email ? { ...account, keys: account.keys.filter(({ id }) => id !== keyId) } : account;
      writeWorldFile(file, { ...stored, serviceAccounts: stored.serviceAccounts.map(change) });
    },
  };
}
