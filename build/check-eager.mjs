/** What a function's process may have loaded before its first message: functions-framework, and as little of ours as this. */
const ALLOWED_PACKAGES = ['@google-cloud/functions-framework'];
const MOST_BYTES = 16_384;

/**
 * Throws when the entry point of a function imports eagerly what it must not: a package other than functions-framework,
 * bundled or not, or more of our own code than registers a handler. Everything else is loaded with the first message.
 */
export function checkEager(folder, { outputs }) {
  const entry = Object.keys(outputs).find((name) => outputs[name].entryPoint === `functions/${folder}/index.ts`);
  if (entry === undefined) throw new Error(`${folder}: the bundle has no entry point`);
  const eager = new Set();
  const visit = (name) => {
    if (eager.has(name)) return;
    eager.add(name);
    for (const { path, kind, external } of outputs[name].imports)
      if (kind === 'import-statement' && external !== true) visit(path);
  };
  visit(entry);
  const parts = [...eager].map((name) => outputs[name]);
  const external = parts.flatMap(({ imports }) =>
    imports.filter(({ kind, external: isExternal }) => isExternal === true && kind !== 'dynamic-import').map(({ path }) => path),
  );
  const foreign = [
    ...external.filter((path) => !isBuiltIn(path) && !ALLOWED_PACKAGES.includes(path)),
    ...parts.flatMap(({ inputs }) => Object.keys(inputs).filter((path) => path.includes('node_modules/'))),
  ];
  if (foreign.length > 0)
    throw new Error(
      `functions/${folder}/index.ts imports eagerly ${[...new Set(foreign)].sort().join(', ')}: only ${ALLOWED_PACKAGES.join(', ')} is allowed; import the rest when the first message comes`,
    );
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  if (bytes > MOST_BYTES)
    throw new Error(
      `functions/${folder}/index.ts imports eagerly ${bytes} bytes of our own code: at most ${MOST_BYTES} are allowed (${[...new Set(parts.flatMap(({ inputs }) => Object.keys(inputs)))].sort().join(', ')})`,
    );
}

const isBuiltIn = (name) => name.startsWith('node:') || process.getBuiltinModule?.(name) !== undefined;
