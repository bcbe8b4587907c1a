/** What a function's process may have loaded before its first message: functions-framework, and as little of ours as this. */
const ALLOWED_PACKAGES = ['@google-cloud/functions-framework'];
const MOST_BYTES = 16_384;
/** What refuses a message before anything else is loaded, and the packages that may stand in it. */
export const REFUSAL = 'shared/runtime/refuse-early.ts';
/** Of the function's own bundle, which has it loaded. */
const TRACE = './request-trace.js';
const REFUSAL_PACKAGES = /^node_modules\/zod\//;

/**
 * Throws when the entry point of a function imports eagerly what it must not: a package other than functions-framework,
 * bundled or not, or more of our own code than registers a handler. Everything else is loaded with the first message.
 */
export function checkEager(folder, { outputs }) {
  const entry = Object.keys(outputs).find((name) => outputs[name].entryPoint === `functions/${folder}/index.ts`);
  if (entry === undefined) throw new Error(`${folder}: the bundle has no entry point`);
  checkRefusal(folder, outputs);
  const { parts, external } = loadedWith(outputs, entry);
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

/** What comes with a module at once: the parts of the bundle, and what they import from outside. */
function loadedWith(outputs, entry) {
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
  return { parts, external };
}

/** A refusal must not wait for what only a run needs. A function that no messages of a phase reach has none. */
function checkRefusal(folder, outputs) {
  const entry = Object.keys(outputs).find((name) => outputs[name].entryPoint === REFUSAL);
  if (entry === undefined) return;
  const { parts, external } = loadedWith(outputs, entry);
  const inside = parts.flatMap(({ inputs }) => Object.keys(inputs)).filter((path) => path.includes('node_modules/'));
  const foreign = [...external.filter((path) => !isBuiltIn(path) && path !== TRACE), ...inside.filter((path) => !REFUSAL_PACKAGES.test(path))];
  if (foreign.length > 0)
    throw new Error(
      `functions/${folder}: ${REFUSAL} comes with ${[...new Set(foreign)].sort().join(', ')}: zod alone is allowed; a refusal must not wait for more`,
    );
}

const isBuiltIn = (name) => name.startsWith('node:') || process.getBuiltinModule?.(name) !== undefined;
