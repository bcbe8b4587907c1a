import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UsageError } from '../../../shared/domain/errors.ts';
import { type Arguments, textOption } from '../arguments.ts';
import type { ExitCode } from '../command.ts';
import type { Output } from '../output.ts';

const TIMEOUT_MS = 30_000;
/** The options that an act carries to the operator function; who acts is never one of them. */
const FIELDS = ['reason', 'slot', 'finding', 'until'] as const;

/** A person's act goes to the operator function with the person's own identity: nothing here writes controls or days. */
export async function actThroughOperator(name: string, args: Arguments, output: Output): Promise<ExitCode> {
  if (textOption(args, 'actor') !== undefined)
    throw new UsageError(`${name}: --actor is for the local store; in the cloud the verified caller acts`);
  if (textOption(args, 'at') !== undefined) throw new UsageError(`${name}: --at is for the local store`);
  return askOperator(name, await bodyOf(name, args, new URL(operatorUrl())), output);
}

/** One act, in the name that the caller's identity proves. */
export async function askOperator(
  name: string,
  body: Readonly<Record<string, unknown>>,
  output: Output,
): Promise<ExitCode> {
  const url = new URL(`/api/acts/${name}`, operatorUrl());
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${await identityToken(url)}`,
      'content-type': 'application/json',
      'x-highnoon-act': name,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = await answerOf(response);
  output.line(answer.ok ? answer.message : `REFUSED: ${answer.message}`);
  output.document({ schema: 'highnoon.act/1', act: name, ...answer.document });
  return answer.ok ? 0 : 1;
}

function operatorUrl(): string {
  const url = process.env.HIGHNOON_OPERATOR_URL ?? '';
  const isLoopback = /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?\/?$/.test(url);
  if (!url.startsWith('https://') && !isLoopback)
    throw new UsageError(`HIGHNOON_OPERATOR_URL '${url}': the https:// address of the operator function is needed`);
  return url;
}

/** The caller's own: given by the environment, or asked of gcloud, which knows who is signed in. */
async function identityToken(url: URL): Promise<string> {
  const given = process.env.HIGHNOON_IDENTITY_TOKEN;
  if (given !== undefined && given !== '') return given;
  const audience = process.env.HIGHNOON_OPERATOR_AUDIENCE;
  const flags = audience === undefined || audience === '' ? [] : [`--audiences=${audience}`];
  try {
    const { stdout } = await promisify(execFile)('gcloud', ['auth', 'print-identity-token', ...flags]);
    return stdout.trim();
  } catch (cause) {
    throw new UsageError(
      `no identity for ${url.host}: sign in with gcloud auth login, or give HIGHNOON_IDENTITY_TOKEN`,
      { cause },
    );
  }
}

async function bodyOf(name: string, args: Arguments, url: URL): Promise<Record<string, unknown>> {
  const body: Record<string, unknown> = {};
  for (const field of FIELDS) {
    const value = textOption(args, field);
    if (value !== undefined) body[field] = value;
  }
  const records = textOption(args, 'records');
  if (records !== undefined) body.records = records.split(',').filter((id) => id !== '');
  if (name === 'unlock') body.epoch = epochOption(args) ?? (await currentEpoch(url));
  return body;
}

function epochOption(args: Arguments): number | undefined {
  const text = textOption(args, 'epoch');
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--epoch '${text}': a whole number is allowed`);
  return Number(text);
}

/** Left out, the lockdown in force is meant: the one that the status shows. */
async function currentEpoch(url: URL): Promise<number> {
  const response = await fetch(new URL('/api/status', url), {
    redirect: 'manual',
    headers: { authorization: `Bearer ${await identityToken(url)}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { document, message, ok } = await answerOf(response);
  const { lockdown } = document as { lockdown?: { epoch?: unknown } };
  if (!ok || typeof lockdown?.epoch !== 'number')
    throw new UsageError(`the lockdown in force is not known: ${message}`);
  return lockdown.epoch;
}

async function answerOf(response: Response) {
  const text = await response.text();
  let document: Record<string, unknown> = {};
  try {
    document = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // A proxy before the function answers in its own words; the status says what it meant.
  }
  const { message, why, error } = document as { message?: unknown; why?: unknown; error?: { message?: unknown } };
  const told = [message, why, error?.message].find((one): one is string => typeof one === 'string');
  const ok = response.ok && document.ok !== false;
  return { ok, document: { ...document, ok }, message: told ?? `the operator answered ${response.status}` };
}
