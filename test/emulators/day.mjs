// `npm run day:emulators`: one day over the official Firestore and Pub/Sub emulators, the functions as processes.
//   --date YYYY-MM-DD   default 2026-11-24
//   --kills N           so many function processes are killed at random moments (short leases)
//   --seed S            of those moments
//   --verbose           the functions' logs
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
