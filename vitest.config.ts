// Tests run on sources: every workspace name resolves to the file that its export is built from, so nothing needs a
// build first and a run holds exactly one copy of core.

import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { root } from './tools/root.mjs'
import { sourceEntries, workspacePackages } from './tools/workspace.mjs'

const full = process.env['RONDO_TIER'] === 'full'

export default defineConfig({
  resolve: {
    alias: sourceEntries(workspacePackages(root)).map(({ name, file }) => ({
      find: new RegExp(`^${name}$`),
      replacement: join(root, file),
    })),
  },
  test: {
    include: ['{packages,plugins,apps}/*/test/**/*.test.ts', '{benchmarks,docs,tools}/test/**/*.test.ts'],
    pool: 'forks',
    retry: 0,
    silent: 'passed-only',
    // For what hangs, and not for what is slow: the machine may be busy.
    testTimeout: full ? 600_000 : 120_000,
    env: { RONDO_TIER: full ? 'full' : 'quick' },
  },
})
