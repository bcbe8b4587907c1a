// The same drawn commands in the embedded store, the simulated one and the Firestore emulator: no answer and no document may differ.
//   node test/proof/compare-stores.ts [sequences] [contended] [seed]
import { emulatedStore } from '../emulators/emulated-store.ts';
import { missingEmulators } from '../emulators/emulators.ts';
import { compareStores, embeddedStore, simulatedStore } from '../support/compared-stores.ts';
import { orRefuse, SEED, wholeNumbers } from './arguments.ts';

const [sequences, contended, seed] = orRefuse(() =>
  wholeNumbers(process.argv.slice(2), [
    { name: 'sequences', otherwise: 1000, least: 1, most: 1_000_000 },
    { name: 'contended', otherwise: 50, least: 1, most: 1_000_000 },
    { ...SEED, otherwise: 1 },
  ]),
);
const missing = missingEmulators(['firestore']);
const stores = [embeddedStore(), simulatedStore()];
await using emulated = missing === undefined ? await emulatedStore() : undefined;
if (emulated !== undefined) stores.push(emulated);
const names = stores.map(({ name }) => name);
try {
  const compared = await compareStores(stores, { sequences, contended, seed });
  console.log(
    JSON.stringify({ stores: names, ...compared, differences: 0, ...(missing === undefined ? {} : { missing }) }),
  );
} catch (error) {
  console.log(JSON.stringify({ stores: names, sequences, contended, difference: String(error).slice(0, 4000) }));
  process.exitCode = 1;
}
