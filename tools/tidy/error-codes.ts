// A code that no test provokes is a promise nobody kept.

import { type Finding, lineAt, packageOf, type Source } from './source.ts'

const code = /^ {2}([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+): \{/gm

export function unprovokedCodes(sources: readonly Source[]): Finding[] {
  const tests = sources.filter(({ path }) => /\/test\/.*\.ts$/.test(path)).map(({ text }) => text)
  // A conformance suite is tests too, for whoever runs it.
  const suites = sources
    .filter(({ path }) => path.startsWith('packages/testkit/src/conformance/'))
    .map(({ text }) => text)
  const provoked = new Set(
    [...tests, ...suites].flatMap((text) => text.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? []),
  )
  return sources
    .filter(({ path }) => /^(packages|plugins)\/[^/]+\/src\/errors\.ts$/.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(code)]
        .filter((found) => !provoked.has(found[1] ?? ''))
        .map((found) => ({
          path,
          line: lineAt(text, found.index),
          complaint: `no test provokes ${found[1]} of ${packageOf(path)}`,
        })),
    )
}
