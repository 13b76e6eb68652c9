#!/usr/bin/env -S node --
// The two dashes keep Node from taking --env-file for an option of its own.
// Nothing is imported before the version is checked: an older Node would stop at the first import it cannot read, with
// a message that tells nobody what to do.
const needed = [22, 19] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    `This program needs Node.js ${needed.join('.')} or later, and this is ${process.versions.node}. ` +
      'Started by "npm run", it uses the Node.js that "npm ci" brings along.\n',
  );
  process.exitCode = 1;
} else {
  const { runInThisProcess } = await import('./process-terminal.ts');
  await runInThisProcess();
}

// Makes this file a module, so that it may await.
export {};
