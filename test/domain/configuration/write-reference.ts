/** `node test/domain/configuration/write-reference.ts`: writes docs/configuration.md from the schema. */
import { writeFileSync } from 'node:fs';
import { configurationReference } from '../../../shared/domain/configuration/reference.ts';

writeFileSync(new URL('../../../docs/configuration.md', import.meta.url), configurationReference());
