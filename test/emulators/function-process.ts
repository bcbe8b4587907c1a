import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './emulators.ts';

const FRAMEWORK = 'node_modules/@google-cloud/functions-framework/build/src/main.js';

/** A function as the platform runs it: functions-framework in a process of its own. */
export class FunctionProcess {
  readonly target: string;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #tell: (line: string) => void;
  readonly #source: string;
  readonly #onPush: (process: FunctionProcess) => void;
  #running: Promise<{ readonly child: ChildProcess; readonly port: number }> | undefined;
  starts = 0;

  constructor(
    target: string,
    options: {
      readonly environment: Readonly<Record<string, string | undefined>>;
      readonly tell: (line: string) => void;
      /** The folder of the package. */
      readonly source: string;
      /** Told when a push is handed over; who wants to kill it in the midst of its work does so from here. */
      readonly onPush?: ((process: FunctionProcess) => void) | undefined;
    },
  ) {
    this.target = target;
    this.#environment = options.environment;
    this.#tell = options.tell;
    this.#source = options.source;
    this.#onPush = options.onPush ?? (() => {});
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Starts it if it is not running, and answers with the status it gives to this push; 0 when it died of it. */
  async push(path: string, headers: Record<string, string | string[] | undefined>, body: Buffer): Promise<number> {
    const { port } = await this.#started();
    this.#onPush(this);
    return new Promise((resolve) => {
      const outgoing = request({ host: '127.0.0.1', port, path, method: 'POST', headers }, (response) => {
        response.resume();
        response.once('close', () => resolve(response.complete ? (response.statusCode ?? 0) : 0));
      });
      outgoing.once('error', () => resolve(0));
      outgoing.end(body);
    });
  }

  /** Ends it without a word. False when there was nothing to end. */
  async signal(name: 'SIGKILL' | 'SIGTERM'): Promise<boolean> {
    const running = this.#running;
    if (running === undefined) return false;
    const { child } = await running;
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const closed = once(child, 'close');
    child.kill(name);
    await closed;
    return true;
  }

  #started() {
    this.#running ??= this.#start();
    return this.#running;
  }

  async #start() {
    this.starts += 1;
    const port = await freePort();
    const child = spawn(
      process.execPath,
      [FRAMEWORK, `--target=${this.target}`, `--port=${port}`, `--source=${this.#source}`],
      {
        env: { ...this.#environment, FUNCTION_TARGET: this.target },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('close', () => {
      process.off('exit', end);
      this.#running = undefined;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split('\n')) if (line !== '') this.#tell(line);
      });
    }
    for (let tried = 0; !(await isListening(port)); tried++) {
      if (child.exitCode !== null || tried > 1200) throw new Error(`${this.target} did not start`);
      await delay(50);
    }
    return { child, port };
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
