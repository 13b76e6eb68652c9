// npm run package: makes the zip that is deployed to Azure, and prints its name and size.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDeploymentZip } from './deployment-zip.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const target = resolve(process.argv[2] ?? join(project, 'out', 'hyperv-rvtools.zip'));
mkdirSync(dirname(target), { recursive: true });
const { files } = await writeDeploymentZip(project, target);
const megabytes = (statSync(target).size / 1_000_000).toFixed(1);
process.stdout.write(`${target}: ${files} files, ${megabytes} MB\n`);
