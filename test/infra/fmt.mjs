// Part of `npm run check`: Terraform's own formatting. Plain JavaScript, so that any Node can run it.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const infra = path.resolve(import.meta.dirname, '../../infra');
const result = spawnSync('terraform', ['fmt', '-check', '-recursive', '-diff', infra], { stdio: 'inherit' });

if (result.error?.code === 'ENOENT') {
  process.stderr.write('\n*** NOT CHECKED: terraform is not installed, so `terraform fmt` did not run ***\n');
  process.exitCode = process.env.CI ? 1 : 0;
} else {
  process.exitCode = result.status ?? 1;
}
