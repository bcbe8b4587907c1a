/** Whether two names mean one person: `Kim` is no second person beside `kim`. Mail addresses are compared so by everyone. */
export const isSamePerson = (a: string, b: string): boolean => plain(a) === plain(b);

const plain = (name: string): string => name.normalize('NFKC').trim().toLowerCase();
