// Writes docs/openapi.json anew: node test/operator/write-openapi.ts
import { writeFileSync } from 'node:fs';
import { openApi } from '../../shared/operator/api/openapi.ts';

writeFileSync('docs/openapi.json', `${JSON.stringify(openApi(), null, 2)}\n`);
