// The tidy rules can fail: each gets sources that break it, next to some that only look as if they did.

import { describe, expect, test } from 'vitest'
import { bannedGlobals } from '../tidy/banned-globals.ts'
import { codeOnly } from '../tidy/code-only.ts'
import { deadFiles } from '../tidy/dead-files.ts'
import { unprovokedCodes } from '../tidy/error-codes.ts'
import { emptyFiles, fileNames, fileSizes, focusedTests, leftovers } from '../tidy/file-shape.ts'
import { coreLayers, deepImports, layerDirection, musig2Layers, packageDirection } from '../tidy/import-direction.ts'
import { importsOf } from '../tidy/imports.ts'
import { machineTraces } from '../tidy/machine-traces.ts'
import { compiledTogether, exactVersions, manifestFields, packagePapers } from '../tidy/manifests.ts'
import type { Finding } from '../tidy/source.ts'
import type { WorkspacePackage } from '../workspace.mjs'

const source = (path: string, ...lines: string[]) => ({ path, text: lines.join('\n') })
const found = (findings: readonly Finding[]): string[] => findings.map(({ path, line }) => `${path}:${line}`)
const complaints = (findings: readonly Finding[]): string[] => findings.map(({ complaint }) => complaint)

const pkg = (dir: string, name: string, more: Partial<WorkspacePackage['manifest']> = {}): WorkspacePackage => ({
  dir,
  manifest: { name, version: '0.0.0', exports: { '.': './dist/index.js' }, ...more },
})
const packages = [
  pkg('packages/core', '@rondo/core', {
    imports: { '#platform': { node: './dist/platform/node.js', default: './dist/p.js' } },
  }),
  pkg('packages/testkit', '@rondo/testkit', { exports: { './memory': './dist/memory/index.js' } }),
  pkg('packages/transport-ws', '@rondo/transport-ws'),
  pkg('packages/transport-relay', '@rondo/transport-relay'),
  pkg('packages/rounds', '@rondo/rounds'),
  pkg('packages/store-level', '@rondo/store-level'),
  pkg('plugins/chat', '@rondo/chat'),
  pkg('plugins/auth', '@rondo/auth'),
  pkg('apps/cli', 'rondo', { private: true }),
]

describe('what counts as code', () => {
  test('comments and the insides of strings, templates and regular expressions are blanked, in place', () => {
    const text = "a('x // y') /* b */ + `c ${d('e')} f` / 2 // g\nh = /[/'\"]i/.test(j)"
    const code = codeOnly(text)
    expect(code).toHaveLength(text.length)
    expect(code.replace(/\s+/g, ' ')).toBe("a(' ') + ` ${d(' ')} ` / 2 h = / /.test(j)")
  })

  test('braces inside a template’s code do not end it', () => {
    expect(codeOnly('`${{ a: 1 }.a} text` + b').replace(/\s+/g, ' ')).toBe('`${{ a: 1 }.a} ` + b')
  })

  test('imports are read with their lines, and type-only ones are told apart', () => {
    const text = [
      "import { a, type B } from './a.js'",
      "import type { C } from '../c.js'",
      "import { type D, type E } from '@rondo/core'",
      'export {',
      '  f,',
      "} from './f.js'",
      "import './side.js'",
      "const g = await import('./g.js')",
      "const program = new URL('./other.js', import.meta.url)",
      "// import { h } from './h.js'",
    ].join('\n')
    const imports = importsOf({ path: 'packages/core/src/flow/x.ts', text })
    expect(imports.map(({ specifier, line, typeOnly }) => [specifier, line, typeOnly])).toEqual([
      ['./a.js', 1, false],
      ['../c.js', 2, true],
      ['@rondo/core', 3, true],
      ['./f.js', 6, false],
      ['./side.js', 7, false],
      ['./g.js', 8, false],
      ['./other.js', 9, false],
    ])
    expect(imports[1]?.target).toBe('packages/core/src/c.ts')
  })
})

describe('import direction', () => {
  test.each([
    ['packages/core/src/a.ts', '@rondo/transport-ws'],
    ['packages/core/src/a.ts', '@rondo/testkit/memory'],
    ['packages/testkit/src/a.ts', '@rondo/transport-ws'],
    ['packages/transport-ws/src/a.ts', '@rondo/transport-relay'],
    ['packages/transport-ws/src/a.ts', '@rondo/rounds'],
    ['packages/rounds/src/a.ts', '@rondo/testkit/memory'],
    ['plugins/chat/src/a.ts', '@rondo/auth'],
    ['plugins/chat/src/a.ts', 'rondo'],
    ['plugins/chat/src/a.ts', '@rondo/store-level'],
  ])('%s may not import %s', (path, name) => {
    expect(
      found(packageDirection([source(path, "import { x } from 'node:fs'", `import { y } from '${name}'`)], packages)),
    ).toEqual([`${path}:2`])
  })

  test.each([
    ['packages/transport-ws/src/a.ts', '@rondo/core'],
    ['plugins/chat/src/a.ts', '@rondo/rounds'],
    ['apps/cli/src/a.ts', '@rondo/transport-ws'],
    ['packages/core/test/a.test.ts', '@rondo/testkit/memory'],
  ])('%s may import %s', (path, name) => {
    expect(packageDirection([source(path, `import { y } from '${name}'`)], packages)).toEqual([])
  })

  test('another package is neither reached by path nor below its exports', () => {
    const path = 'packages/transport-ws/test/a.test.ts'
    const deep = source(path, "import '@rondo/core/dist/x.js'", "import '../../core/src/x.js'", "import '../src/x.js'")
    expect(found(deepImports([deep], packages))).toEqual([`${path}:1`, `${path}:2`])
  })

  test('a layer of core imports downward at run time, and types from anywhere', () => {
    const path = 'packages/core/src/noise/n.ts'
    const up = source(
      path,
      "import { a } from '../flow/a.js'",
      "import type { B } from '../flow/b.js'",
      "import '../bytes/c.js'",
    )
    expect(found(layerDirection([up], 'packages/core', coreLayers))).toEqual([`${path}:1`])
  })

  test('a folder that is no layer is refused until it gets its place', () => {
    const gossip = source('packages/core/src/gossip/g.ts', '')
    expect(complaints(layerDirection([gossip], 'packages/core', coreLayers))).toEqual([
      "'gossip' is not a layer of packages/core",
    ])
  })

  test('the arithmetic of musig2 knows nothing of what is signed', () => {
    const path = 'plugins/musig2/src/bip327/session.ts'
    const up = source(path, "import { a } from '../signing/task.js'", "import { b } from './curve.js'")
    expect(complaints(layerDirection([up], 'plugins/musig2', musig2Layers))).toEqual([
      "'bip327' imports 'signing', which stands above it",
    ])
  })
})

describe('what goes around Env', () => {
  test.each([
    'Date.now()',
    'new Date()',
    'Math.random()',
    'setTimeout(run, 1)',
    'crypto.getRandomValues(bytes)',
    'console.log(1)',
  ])('%s is found', (call) => {
    const path = 'packages/testkit/src/a.ts'
    expect(found(bannedGlobals([source(path, '', `const x = ${call}`)]))).toEqual([`${path}:2`])
  })

  test('env and platform may, tests may, and comments and strings do nothing', () => {
    const call = 'Date.now()'
    const allowed = [
      source('packages/core/src/env/system-env.ts', call),
      source('packages/core/src/platform/node.ts', call),
      source('packages/core/test/a.test.ts', call),
      source('packages/core/src/a.ts', `// ${call}`, `const text = '${call}'`, 'new Date(0)'),
    ]
    expect(bannedGlobals(allowed)).toEqual([])
  })
})

describe('the shape of files', () => {
  const long = Array.from({ length: 501 }, () => 'x')

  test('a long file needs a reason, a long test needs a split', () => {
    expect(fileSizes([source('packages/core/src/a.ts', ...long)])).toHaveLength(1)
    expect(
      fileSizes([source('packages/core/src/a.ts', '// One file because a table is read whole.', ...long)]),
    ).toEqual([])
    expect(fileSizes([source('packages/core/test/a.test.ts', ...long)])).toEqual([])
    expect(fileSizes([source('packages/core/test/a.test.ts', ...long, ...long)])).toHaveLength(1)
  })

  test('empty files, and names that are not kebab-case or say nothing', () => {
    expect(emptyFiles([source('a.ts', ' ', '')])).toHaveLength(1)
    const paths = [
      'packages/core/src/utils.ts',
      'packages/core/src/flow/helpers/a.ts',
      'src/PeerId.ts',
      'src/peer_id.ts',
    ]
    expect(fileNames(paths.map((path) => source(path)))).toHaveLength(paths.length)
    const good = [
      'README.md',
      '.ci/run',
      'packages/core/test/a.property.test.ts',
      '.github/workflows/test.yml',
      'LICENSE',
    ]
    expect(fileNames(good.map((path) => source(path)))).toEqual([])
  })

  test('unfinished work, silenced types and any', () => {
    const words = [
      ['// TO', 'DO'].join(''),
      ['// @ts-', 'ignore'].join(''),
      'let a: any',
      'b as any',
      'const c: Set<any>',
    ]
    for (const line of words) expect(leftovers([source('a.ts', line)]), line).toHaveLength(1)
    expect(leftovers([source('a.ts', "const text = ': any'", '// as any other', 'Promise.any(all)')])).toEqual([])
  })

  test('a test that is singled out', () => {
    const [only, skip] = [['test', 'only'].join('.'), ['describe', 'skip'].join('.')]
    const path = 'packages/core/test/a.test.ts'
    const lines = [`${only}('x', () => {})`, `  ${skip}('x', () => {})`, `if (!isThere) ${skip}('there is no x')`]
    expect(found(focusedTests([source(path, ...lines)]))).toEqual([`${path}:1`, `${path}:2`])
  })

  test('a source file that no entry point reaches', () => {
    const sources = [
      source('packages/core/src/index.ts', "export * from './a.js'"),
      source('packages/core/src/a.ts', "import type { B } from './b.js'"),
      source('packages/core/src/b.ts'),
      source('packages/core/src/platform/node.ts'),
      source('packages/core/src/dead.ts', "import './a.js'"),
    ]
    expect(found(deadFiles(sources, packages))).toEqual(['packages/core/src/dead.ts:1'])
  })
})

describe('packages', () => {
  test('a paper is missing', () => {
    const papers = ['README.md', 'CHANGELOG.md', 'package.json', 'tsconfig.json'].map(
      (paper) => `packages/core/${paper}`,
    )
    expect(found(packagePapers(papers, packages.slice(0, 1)))).toEqual(['packages/core/LICENSE:1'])
  })

  test('a field is missing, an export leads nowhere, a version is out of step', () => {
    const complete = {
      license: 'MIT',
      type: 'module',
      sideEffects: false,
      engines: { node: '>=20.19' },
      files: ['dist'],
      scripts: { build: 'tsc -b' },
    }
    const good = pkg('packages/good', '@rondo/good', complete)
    const bad = pkg('packages/bad', '@rondo/bad', { ...complete, license: 'ISC', version: '0.1.0' })
    expect(complaints(manifestFields(['packages/good/src/index.ts'], [good, bad]))).toEqual([
      'does not hold: license is MIT',
      'does not hold: all packages share one version, 0.0.0',
      'does not hold: a source file stands behind every export',
    ])
  })

  test('a dependency is a range, a peer of ours is not one', () => {
    const loose = pkg('packages/loose', '@rondo/loose', {
      dependencies: { ws: '^8.0.0', '@rondo/core': 'workspace:*' },
      devDependencies: { zod: '4.0.0' },
      peerDependencies: { '@rondo/core': 'workspace:*', react: '>=18' },
    })
    expect(complaints(exactVersions([loose]))).toEqual([
      "ws is '^8.0.0', not an exact version",
      "the peer @rondo/core is not 'workspace:^'",
    ])
  })

  test('a compiled package is missing from the root tsconfig files', () => {
    const compiled = pkg('packages/new', '@rondo/new', { scripts: { build: 'tsc -b' } })
    expect(compiledTogether(['packages/core'], [compiled])).toHaveLength(1)
  })

  test('a code that no test provokes', () => {
    const table = source('packages/core/src/errors.ts', 'export const t = {', '  ONE_CODE: {', '  },', '  TWO_CODE: {')
    const provoking = source('packages/core/test/a.test.ts', "expect(code).toBe('ONE_CODE')")
    expect(found(unprovokedCodes([table, provoking]))).toEqual(['packages/core/src/errors.ts:4'])
  })

  test('traces of a machine', () => {
    const registry = ['registry', 'example', 'org'].join('.')
    const home = ['', 'home', 'somebody', 'project'].join('/')
    expect(machineTraces([source('README.md', registry, home)])).toHaveLength(2)
    expect(machineTraces([source('pnpm-lock.yaml', '  resolution: {tarball: x}')])).toHaveLength(1)
    expect(
      machineTraces([source('a.ts', 'registry.find(name)', "import './home/page.js'", 'https://a.org/root/x')]),
    ).toEqual([])
  })
})
