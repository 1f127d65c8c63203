import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fixedSigners, memorySigner, musig2, publicKeyFor } from '@rondo/plugin-musig2'
import { isAbsent, simulate } from '@rondo/testkit/simulator'
import { afterAll, expect, test } from 'vitest'
import type { Article } from '../../packages/rounds/src/articles/article.ts'
import { encodeTranscript } from '../../packages/rounds/src/transcript/transcript.ts'
import { verifyTranscript } from '../../packages/rounds/src/transcript/verify-transcript.ts'
import {
  type Bend,
  begin,
  contribute,
  gather,
  peerIdOf,
  play,
  playerOf,
} from '../../packages/rounds/test/transcript/players.ts'
import { run } from '../child.mjs'
import { root } from '../root.mjs'
import { dice } from './dice-definition.ts'

// The command as a process of its own, on built packages, and rounds that real keys signed.

const folder = mkdtempSync(join(tmpdir(), 'rondo-transcripts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const table = await gather({ plan: dice })
const whole = await play(await begin(table))
const nothing = { salt: new Uint8Array(32), value: new Uint8Array(32) }
const bend: Bend = ({ phase, position }) => (phase === 'reveal' && position === 1 ? { value: nothing } : undefined)
const broken = await play(await begin(table), { bend, last: 'reveal' })

function fileOf(name: string, content: readonly Article[] | Uint8Array): string {
  const bytes = content instanceof Uint8Array ? content : encodeTranscript(content)
  writeFileSync(join(folder, name), bytes)
  return name
}

/** As npm calls it, from the folder of the transcripts. */
async function verify(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const env = { ...process.env, INIT_CWD: folder, NO_COLOR: '1' }
  return run(process.execPath, [join(root, 'tools/verify-transcript/run.ts'), ...args], { env })
}

const definitions = fileOf(
  'definitions.mjs',
  new TextEncoder().encode(`
    import { dice } from ${JSON.stringify(new URL('dice-definition.ts', import.meta.url).href)}
    export const oneGame = dice
    export const another = { ...dice, name: 'another' }
    export const noGame = 'dice'`),
)
const protocol = ['--protocol', relative(folder, join(root, 'tools/test/dice-definition.ts'))] as const

test('a completed round: its result, its members, and success', async () => {
  const file = fileOf('completed', whole.articles)
  const { code, output } = await verify(file, ...protocol, '--network', 'main', '--round', whole.attempt.round)
  const verdict = await verifyTranscript(dice, encodeTranscript(whole.articles))
  if (!verdict.ok || verdict.status !== 'completed') throw new Error('not completed')
  expect(output).toMatch(/^ {2}completed +dice 1 on main$/m)
  expect(output).toMatch(new RegExp(`^ {2}result +\\{ roll: ${verdict.result.roll} \\}$`, 'm'))
  for (const position of [0, 1, 2]) expect(output).toContain(peerIdOf(whole.attempt, position))
  expect(code).toBe(0)
})

test('an unfinished round: who is missing in which phase, and failure', async () => {
  const { code, output } = await verify(fileOf('unfinished', whole.articles.slice(0, -1)), ...protocol)
  expect(output).toMatch(/^ {2}unfinished +dice 1 on main$/m)
  expect(output).toMatch(new RegExp(`^ {2}missing +${peerIdOf(whole.attempt, 2)} in confirm$`, 'm'))
  expect(code).toBe(1)
})

test('a fault: who is convicted of what, and success', async () => {
  const { code, output } = await verify(fileOf('fault', broken.articles), ...protocol)
  const culprit = `${peerIdOf(broken.attempt, 1)} of fault in reveal: it does not open the commitment`
  expect(output).toMatch(new RegExp(`^ {2}convicted +${culprit}$`, 'm'))
  expect(code).toBe(0)
})

test('two statements in one place: the same, though they are no transcript of a round', async () => {
  const first = whole.said[1]?.[0]
  if (first?.kind !== 'contribution') throw new Error('not played')
  const second = await contribute(whole.attempt, playerOf(0), 1, { digest: first.digest, value: new Uint8Array(32) })
  const { code, output } = await verify(fileOf('evidence', [first, second]), ...protocol)
  const culprit = `${peerIdOf(whole.attempt, 0)} of equivocation in commit: said two things in one place`
  expect(output).toMatch(new RegExp(`^ {2}convicted +${culprit}$`, 'm'))
  expect(output).toMatch(/^ {2}good until +1970-01-01T00:00:02.000Z$/m)
  expect(code).toBe(0)
})

test.each([
  ['a file that was tampered with', 'tampered', [], /SIGNATURE_PAYLOAD: the invitation by z6Mk/],
  ['a file that is something else', 'other', [], /TRANSCRIPT_MALFORMED: /],
  ['another network', 'completed', ['--network', 'test'], /TRANSCRIPT_FOREIGN: expected dice 1 on test/],
  ['another round', 'completed', ['--round', '00'], /TRANSCRIPT_FOREIGN: it is about the round/],
  ['no such file', 'nowhere', [], /there is no file nowhere/],
  ['an option that is none', 'completed', ['--colour'], /--colour/],
])('%s is refused in one line', async (_, file, options, complaint) => {
  fileOf('completed', whole.articles)
  fileOf('other', new TextEncoder().encode('a letter'))
  const tampered = encodeTranscript(whole.articles)
  const at = 24 + 4 + 4 + 1 + 2 + (tampered[33] ?? 0) * 256 + (tampered[34] ?? 0) + 10
  tampered[at]! ^= 1
  fileOf('tampered', tampered)
  const { code, output } = await verify(file, ...protocol, ...options)
  expect(output).toMatch(complaint)
  expect(output.trim().split('\n')).toHaveLength(1)
  expect(code).toBe(1)
})

test.each([
  ['no file', [], /name one file; see --help/],
  ['no protocol', ['completed'], /--protocol names the module/],
  ['a module that is not there', ['completed', '--protocol', './nowhere.ts'], /neither a file nor a package/],
  ['a module that is none', ['completed', '--protocol', 'other'], /other cannot be imported: /],
  ['several definitions', ['completed', '--protocol', definitions], /say which by #another, #oneGame/],
  ['an export that is no definition', ['completed', '--protocol', `${definitions}#noGame`], /noGame of .* is no def/],
  ['an export that is not there', ['completed', '--protocol', `${definitions}#cards`], /exports no cards/],
  [
    'no definition',
    ['completed', '--protocol', relative(folder, join(root, 'tools/root.mjs'))],
    /exports no definition/,
  ],
])('%s is said in one line', async (_, args, complaint) => {
  fileOf('completed', whole.articles)
  fileOf('other', new TextEncoder().encode('a letter'))
  const { code, output } = await verify(...args)
  expect(output).toMatch(complaint)
  expect(output.trim().split('\n')).toHaveLength(1)
  expect(code).toBe(1)
})

test('of several definitions the one that is named is taken', async () => {
  const file = fileOf('completed', whole.articles)
  const named = await verify(file, '--protocol', `${definitions}#oneGame`)
  expect(named).toMatchObject({ code: 0 })
  const other = await verify(file, '--protocol', `${definitions}#another`)
  expect(other.output).toMatch(/TRANSCRIPT_FOREIGN: expected another 1 on main, found dice 1 on main/)
})

test('--help says everything there is', async () => {
  const { code, output } = await verify('--help')
  for (const word of ['FILE', '--protocol', '--network', '--round', 'Ends with 0']) expect(output).toContain(word)
  expect(code).toBe(0)
})

test('a signature of several: by the name of the plugin, with what was signed', async () => {
  const secretKeys = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
  const publicKeys = secretKeys.map(publicKeyFor)
  const world = simulate({ seed: 1, peers: 2 })
  const { outcomes } = await world.run(async (peer, index) => {
    const signing = musig2(peer, { signer: memorySigner(...secretKeys.slice(index, index + 1)), approve: () => true })
    if (index > 0) return signing.serve().next()
    const signers = fixedSigners(world.others(0).map((peerId) => ({ peerId, publicKeys })))
    return (await signing.signMessage({ message: new Uint8Array(32).fill(7), publicKeys, signers })).outcome
  })
  const [outcome] = outcomes
  if (outcome === undefined || isAbsent(outcome)) throw new Error('absent')
  const file = fileOf('signature', outcome.transcript)
  const { code, output } = await verify(file, '--protocol', '@rondo/plugin-musig2#musig2Rounds')
  expect(output).toMatch(/^ {2}completed +musig2 1 on main$/m)
  const message = '07'.repeat(32)
  expect(output).toMatch(
    new RegExp(`^ {2}result +\\[ \\{ publicKey: [0-9a-f]{64}, message: ${message}, signature: [0-9a-f]{128},`, 'm'),
  )
  for (const { peerId } of world.peers) expect(output).toContain(peerId)
  expect(code).toBe(0)
})
