import { type Account, describeRound, type Outcome, renderTimeline, rounds } from '@rondo/rounds'
import { dice } from '@rondo/rounds/examples'
import { accept, digestLie, equivocate, silent, wrongOpening } from '@rondo/rounds/testing'
import { type Malice, simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

// Accounts of real rounds, with one of five up to something: every honest member’s account names it, and nobody else.

const villain = 2

async function accountsOf(malice: Malice | undefined): Promise<readonly Account[]> {
  const world = simulate({ seed: 3, peers: 5, network: { latencyMs: [5, 80] } })
  if (malice !== undefined) world.malicious(villain, malice)
  let over = (): void => {}
  const isOver = new Promise<void>((resolve) => {
    over = resolve
  })
  const { outcomes } = await world.run(async (peer, index): Promise<Outcome | undefined> => {
    if (index > 0) {
      const next = rounds(peer).serve(dice, accept).next()
      return index === villain && malice !== undefined ? isOver.then(() => undefined) : next
    }
    const round = await rounds(peer).start(dice, { with: world.others(0), setup: { sides: 6 }, deadlineMs: 2_000 })
    const outcome = await round.outcome
    over()
    return outcome
  })
  return outcomes.flatMap((outcome) => (outcome !== undefined && 'account' in outcome ? [outcome.account] : []))
}

test('of a round that went well', async () => {
  const accounts = await accountsOf(undefined)
  expect(accounts).toHaveLength(5)
  for (const account of accounts) {
    expect(JSON.parse(JSON.stringify(account))).toStrictEqual(account)
    expect(describeRound(account)).toMatch(
      /confirm {2}5 of 5 .*\n\nCompleted after .*: \{ roll: \d \}\.\nAll 5 members/,
    )
    expect(renderTimeline(account)).toContain('<span class="badge completed">')
  }
})

test.each([
  ['said two things', equivocate('reveal'), /(said two different things|broke the protocol) in reveal/],
  ['opened something else', wrongOpening('reveal'), /broke the protocol in reveal: “the opening does not match/],
  ['lied about what it saw', digestLie('reveal'), /says it saw something else before reveal/],
  ['fell silent', silent('reveal'), /was silent for too long in reveal/],
])('of a round in which one member %s', async (_, malice, words) => {
  const accounts = await accountsOf(malice)
  expect(accounts).toHaveLength(4)
  for (const account of accounts) {
    const told = describeRound(account).split('\n\n').at(-1)?.replaceAll('\n', ' ') ?? ''
    const name = account.members[villain]?.peerId.slice(0, 8)
    expect(told).toMatch(new RegExp(`^Aborted after [^:]*: (reveal took too long\\. )?${name}… ${words.source}`))
    const others = account.members.filter((__, member) => member !== villain).map(({ peerId }) => peerId.slice(0, 8))
    for (const other of others) expect(told).not.toContain(other)
    expect(renderTimeline(account)).toContain(`<span class="id">${name}…</span>`)
  }
})
