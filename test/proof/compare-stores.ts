// The same drawn commands in the embedded store, the simulated one and the Firestore emulator: no answer and no document may differ.
//   node test/proof/compare-stores.ts [sequences] [contended] [seed]
import { mix } from '../../shared/simulation/random.ts';
import { emulatedStore } from '../emulators/emulated-store.ts';
import { missingEmulators } from '../emulators/emulators.ts';
import { compareStores, embeddedStore, simulatedStore } from '../support/compared-stores.ts';
import { orRefuse, SEED, wholeNumbers } from './arguments.ts';
import { tenths } from './progress.ts';

/** Drawn and compared in so many parts, so that what is done can be told between them. */
const PARTS = 10;

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

/** fast-check takes seeds of 31 bits. */
const seedOf = (part: number): number => mix(seed, part) >>> 1;
const shareOf = (all: number, part: number): number =>
  Math.floor((all * (part + 1)) / PARTS) - Math.floor((all * part) / PARTS);

async function compareAll() {
  const tell = tenths('compare-stores', 'sequences');
  let [done, commands] = [0, 0];
  for (let part = 0; part < PARTS; part++) {
    const share = { sequences: shareOf(sequences, part), contended: shareOf(contended, part) };
    const compared = await compareStores(stores, { ...share, seed: seedOf(part) });
    commands += compared.commands;
    done += share.sequences + share.contended;
    tell(done, sequences + contended);
  }
  return { sequences, contended, commands };
}

try {
  const compared = await compareAll();
  console.log(
    JSON.stringify({ stores: names, ...compared, differences: 0, ...(missing === undefined ? {} : { missing }) }),
  );
} catch (error) {
  console.log(JSON.stringify({ stores: names, sequences, contended, difference: String(error).slice(0, 4000) }));
  process.exitCode = 1;
}
