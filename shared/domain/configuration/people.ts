/** Who may act, and where what they are told goes. */
import { z } from 'zod';
import { retentionSchema, USUAL_RETENTION } from './memory.ts';
import { email, flag, list, secretReference, whole } from './primitives.ts';
import { audience, objectUri } from './sources.ts';

const principals = () => list(email, { least: 0, most: 500, distinct: true }).default([]);

export const peopleSection = z
  .strictObject({
    viewers: principals().describe('May look and dry-run. Service accounts may stand here and nowhere else.'),
    operators: principals().describe('May also hold, release, override and rerun.'),
    security: principals().describe('May also lock down, unlock and waive.'),
    overrides_per_month: whole(0, 100, 'overrides')
      .default(3)
      .describe(
        'How many overrides one calendar month (UTC) may have; more are refused. A rule that is overridden often is a wrong rule.',
      ),
    single_operator: flag()
      .default(false)
      .describe('`true`: the business has one operator, and acts that need two people need one. The page says so.'),
  })
  .prefault({});

export const reportsSection = z
  .strictObject({
    uri: objectUri('folder').optional().describe('Where reports are written. Default: `gs://<reports bucket>/`.'),
  })
  .prefault({});

export const snapshotsSection = z
  .strictObject({
    uri: objectUri('folder').optional().describe('Where snapshots lie. Default: `gs://<snapshots bucket>/`.'),
    encryption_key: secretReference
      .optional()
      .describe('The key that snapshots are encrypted with. Left out: not encrypted beyond what the bucket does.'),
    documents_per_range: whole(1000, 100_000_000, 'documents')
      .default(250_000)
      .describe(
        'A collection of more is captured in ranges of about so many, eight at most, each by a message of its own.',
      ),
    retention: retentionSchema
      .default(USUAL_RETENTION)
      .describe('Which snapshots are kept. The newest valid one and the last known good are never removed.'),
  })
  .prefault({});

export const networkSection = z
  .strictObject({
    allow_private: flag()
      .default(false)
      .describe(
        'Whether configured addresses may resolve to private ranges. Link-local and metadata addresses are refused always.',
      ),
    allowed_audiences: list(audience(), { least: 0, most: 1000, distinct: true })
      .default([])
      .describe('Audiences that id tokens may be made for, beside the base addresses of services with `auth: oidc`.'),
  })
  .prefault({});

export const escalationsSection = z
  .strictObject({
    webhook: secretReference
      .optional()
      .describe(
        'The chat webhook that the relay posts to; the address is itself a secret. Default: `secret://highnoon-relay-webhook`.',
      ),
    mail_server: secretReference
      .optional()
      .describe(
        'The mail server: the secret holds `smtps://USER:PASSWORD@HOST`, or `smtp://` with STARTTLS. Default: `secret://highnoon-relay-mail`.',
      ),
    mail_from: email.optional().describe('The sender of mail.'),
    mail_to: list(email, { least: 0, most: 50, distinct: true })
      .default([])
      .describe('Who gets mail about every escalation.'),
  })
  .prefault({});
