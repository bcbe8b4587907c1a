/** The whole configuration, section by section. The order here is the order of docs/configuration.md. */
import { z } from 'zod';
import { alertsSection } from './alerts.ts';
import { contextManifestSection } from './context-manifest.ts';
import { datasetsSection } from './datasets.ts';
import { deploymentSection } from './deployment.ts';
import { docsSection } from './documents.ts';
import { evidenceSection } from './evidence.ts';
import { guardrailsSection } from './guardrails.ts';
import { manifestRulesSection } from './manifest-rules.ts';
import { memorySection } from './memory.ts';
import { escalationsSection, networkSection, peopleSection, reportsSection, snapshotsSection } from './people.ts';
import { protectedDnsSection } from './protected-dns.ts';
import { repositoriesSection } from './repositories.ts';
import { servicesSection } from './services.ts';
import { weeklySection } from './weekly.ts';

export const configurationSchema = z.strictObject({
  schema_version: z.literal('1').meta({ allowed: '`"1"`, in quotes' }).describe('The version of this format.'),
  deployment: deploymentSection.describe('Where and for whom this High Noon runs.'),
  context_manifest: contextManifestSection
    .prefault({})
    .describe('The context manifest: what the repositories agreed on at the last noon.'),
  repositories: repositoriesSection.describe('The repositories that are released together; at least one.'),
  services: servicesSection.describe(
    'The services that are probed before noon and, where they ask for it, released at noon.',
  ),
  manifest_rules: manifestRulesSection.prefault({}).describe('What the deployment manifest of a service must say.'),
  protected_dns: protectedDnsSection.describe('Names whose records may not change before a noon.'),
  datasets: datasetsSection.describe(
    'The datasets whose batches are staged at T-90, verified at T-30 and made live at noon.',
  ),
  evidence: evidenceSection.describe(
    'The evidence that guardrails judge, by name. Missing, empty or stale evidence is inconclusive, never passed.',
  ),
  guardrails: guardrailsSection.describe(
    'Rules stated as claims and judged against evidence. The keys depend on `check`.',
  ),
  memory: memorySection.describe('The memory collections that snapshots capture.'),
  docs: docsSection.describe('The documents whose currency is checked by the history of their content.'),
  weekly: weeklySection.describe('What the weekly risk review looks at.'),
  alerts: alertsSection.describe('Whom to tell of what, beside the alert policies that page.'),
  people: peopleSection.describe(
    'Who may act through the operator function: principals by e-mail, as Identity-Aware Proxy verifies them.',
  ),
  reports: reportsSection.describe('Where reports go.'),
  snapshots: snapshotsSection.describe('Where snapshots lie, and which are kept.'),
  network: networkSection.describe('What requests to configured addresses may reach.'),
  escalations: escalationsSection.describe('Where the relay carries the detail of an escalation.'),
});

export type ParsedConfiguration = z.output<typeof configurationSchema>;
