import { expect, test } from 'vitest'
import { accountOf } from '../../src/account/account.js'
import { renderTimeline } from '../../src/account/timeline.js'
import { peerIdOf } from './room-builder.js'
import { type Story, stories } from './stories.js'

const pageOf = (story: Story) => renderTimeline(accountOf(stories[story]()))
const all = Object.keys(stories) as Story[]
const count = (page: string, part: string) => page.split(part).length - 1
const short = (member: number) => `${peerIdOf(member).slice(0, 8)}…`
/** What is drawn in the lanes; the legend draws one of each as well. */
const lanesOf = (page: string) => page.slice(page.indexOf('<tbody>'), page.indexOf('<ul class="legend">'))

test.each(all)('a page stands alone, and forbids itself to load or run anything: %s', (story) => {
  const page = pageOf(story)
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
  expect(page).toContain(`http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"`)
  expect(page).not.toMatch(/<script|<link|<img|<iframe|\ssrc=|\shref=|url\(|@import|\son\w+=/i)
})

test('the outcome stands on top in one sentence, in whichever colour scheme', () => {
  const page = pageOf('two things were said')
  expect(page).toContain(`<h1>Aborted after 342 ms: ${short(3)} said two different things in reveal.</h1>`)
  expect(page).toContain('<span class="badge convicted">aborted</span>')
  expect(page).toContain('prefers-color-scheme: dark')
  expect(pageOf('completed by five')).toContain('<span class="badge completed">completed</span>')
  expect(pageOf('two were silent')).toContain('<span class="badge aborted">aborted</span>')
})

test('a lane a member, a column a phase, a dot where something was said, a gap where not', () => {
  const lanes = lanesOf(pageOf('two were silent'))
  expect(count(lanes, '<th class="who" scope="row"')).toBe(5)
  // 5 came along, 5 joined, 5 committed, 3 revealed.
  expect(count(lanes, 'class="dot"') + count(lanes, 'class="dot accepted"')).toBe(18)
  expect(count(lanes, 'class="gap"')).toBe(2)
  expect(count(lanes, 'class="closed"')).toBe(3)
  expect(lanes).toContain(`aria-label="${short(4)}, reveal: said after 344 ms"`)
  expect(lanes).toContain(`aria-label="${short(2)}, reveal: said nothing"`)
})

test('a conviction is marked in its lane, with its reason and the hashes of its evidence under it', () => {
  const account = accountOf(stories['a fault']())
  const lanes = lanesOf(renderTimeline(account))
  const [hash = ''] = account.convictions[0]?.evidence ?? []
  expect(count(lanes, '<circle class="crime"')).toBe(1)
  expect(lanes).toContain(
    `<span class="bad">${short(1)} broke the protocol in reveal: “the opening does not match its commitment”</span> <span class="hash bad">${hash.slice(0, 8)}…</span>`,
  )
})

test('each attempt has lanes of its own, the first those of all who were invited', () => {
  const page = pageOf('two attempts')
  expect(page).toContain('<h2>Attempt 1</h2>')
  expect(page).toContain(`<h2>Attempt 2<small>without ${short(4)}</small></h2>`)
  expect(count(lanesOf(page), '<th class="who" scope="row"')).toBe(9)
})

test('answers are drawn where the round came to nothing more', () => {
  const page = pageOf('too few accepted')
  expect(page).toContain('<h2>The invitation</h2>')
  expect(page).toContain('declined: “too many sides”')
  expect(count(lanesOf(page), '<th class="who" scope="row"')).toBe(4)
})

test('a hundred members have narrow lanes, and their facts are folded away', () => {
  const page = pageOf('a hundred, one of them silent')
  expect(page).toContain('<table class="lanes dense"')
  expect(count(lanesOf(page), '<th class="who" scope="row"')).toBe(100)
  expect(page).toContain('<summary>498 events</summary>')
  expect(page.length).toBeLessThan(400_000)
})

test('every fact is there: ids in full, and the hash of each statement', () => {
  const account = accountOf(stories['completed by five']())
  const page = renderTimeline(account)
  for (const { peerId } of account.members) expect(page).toContain(`<td class="id">${peerId}</td>`)
  for (const { said } of account.attempts[0]?.phases ?? [])
    for (const { hash } of said) expect(page).toContain(`${hash.slice(0, 8)}…`)
  expect(page).toContain(account.room)
  expect(page).toContain(account.round ?? 'no round')
})
