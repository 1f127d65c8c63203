import type { Account } from './account.js'
import { type Html, html } from './html.js'
import { drawLanes, lanesTitle, legend } from './lanes.js'
import { pageStyle } from './page-style.js'
import { leftOutOf, saying, tell, tellClosing, tellConviction } from './sentences.js'
import { durationText, type NameOf, namesOf, shortHash } from './wording.js'

// A round as a page that stands alone: no script, nothing loaded, and a policy in its head that would forbid both. First what it came
// to, then who said what when, then the exact facts.

/** From how many on the facts are folded away. */
const rowsOpenMax = 60

/**
 * A round as an HTML page, to be kept or mailed.
 *
 * @example
 * await writeFile('round.html', renderTimeline(round.account()))
 */
export function renderTimeline(account: Account): string {
  const name = namesOf(account)
  const { headline, more } = tell(account, name)
  const { protocol, version, attempts } = account
  const charts = (attempts.length === 0 ? [undefined] : attempts).map((attempt) => [
    lanesTitle(account, attempt, attempt === undefined ? [] : leftOutOf(account, attempt.number), name),
    drawLanes(account, attempt, name),
  ])
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${protocol} ${version}: ${headline}</title>
${pageStyle}
</head>
<body><main>
<header>
<p class="eyebrow">${badge(account)}<span><b>${protocol}</b> ${version}</span><span>${account.round === undefined ? 'room' : 'round'} <code>${shortHash(account.round ?? account.room)}</code></span>${account.me !== undefined && html`<span>as <span class="id">${name(account.me)}</span> saw it</span>`}</p>
<h1>${headline}</h1>
${more.length > 0 && html`<p class="more">${more.join(' ')}</p>`}
</header>
${charts}
${legend(account)}
<h2>Event by event</h2>
${ledger(account, name)}
<h2>Members</h2>
${membersTable(account)}
<h2>Ids</h2>
${ids(account)}
<footer>Times count from when this member learned of the round, by its own clock. A hash is the beginning of that of a signed statement.</footer>
</main></body>
</html>
`.markup
}

function badge({ outcome, convictions }: Account): Html {
  const { status } = outcome
  const looks = status === 'aborted' && convictions.length > 0 ? 'convicted' : status
  return html`<span class="badge ${looks}">${status === 'running' ? 'under way' : status}</span>`
}

interface Row {
  readonly atMs: number | undefined
  readonly who: string
  readonly what: string
  readonly hashes: readonly string[]
  readonly looks?: 'bad long' | 'long' | 'ending'
}

function ledger(account: Account, name: NameOf): Html {
  const rows = rowsOf(account, name)
  const body = rows.map(
    ({ atMs, who, what, hashes, looks }) =>
      html`<tr class="${looks}"><td class="time">${atMs !== undefined && durationText(atMs)}</td><td class="fixed id">${who}</td><td class="what">${what}</td><td class="fixed hash">${hashes.map((hash) => shortHash(hash)).join(' ')}</td></tr>`,
  )
  const table = html`<table class="facts"><thead><tr><th class="time" scope="col">after</th><th scope="col">who</th><th scope="col">what</th><th scope="col">hash</th></tr></thead><tbody>${body}</tbody></table>`
  if (rows.length <= rowsOpenMax) return html`<div class="sheet">${table}</div>`
  return html`<details class="sheet"><summary>${rows.length} events</summary>${table}</details>`
}

function rowsOf(account: Account, name: NameOf): readonly Row[] {
  const { members, attempts, closings, convictions, endings } = account
  const many = attempts.length > 1
  const answers = members.flatMap(({ answeredMs, answer }, member): Row[] =>
    answeredMs === undefined ? [] : [{ atMs: answeredMs, who: name(member), what: answer, hashes: [] }],
  )
  const said = attempts.flatMap(({ number, phases }) =>
    phases.flatMap((phase) =>
      phase.said.map(({ member, atMs, hash, state }): Row => {
        const how = { accepted: '', early: ', not judged', astray: ', about something else', refuted: '' }[state]
        const what = `said ${phase.name}${many ? ` of attempt ${number}` : ''}${how}`
        return { atMs, who: name(member), what, hashes: [hash] }
      }),
    ),
  )
  const closed = closings.map(
    (each): Row => ({
      atMs: each.atMs,
      who: name(each.member),
      what: tellClosing(each, name),
      hashes: [],
      looks: 'long',
    }),
  )
  const convicted = convictions.map((each): Row => {
    const what = `convicted: ${tellConviction(each, name)}`
    return { atMs: each.atMs, who: name(each.member), what, hashes: each.evidence, looks: 'bad long' }
  })
  const ended = endings.map(
    ({ atMs, status }): Row => ({
      atMs,
      who: account.me === undefined ? '' : name(account.me),
      what: status === 'completed' ? 'completed' : 'aborted',
      hashes: [],
      looks: 'ending',
    }),
  )
  return [...answers, ...said, ...convicted, ...closed, ...ended].sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0))
}

function membersTable({ members, me }: Account): Html {
  const hasRoles = members.some(({ role }) => role !== undefined)
  const body = members.map(({ peerId, role, answer, reason = '' }, member) => {
    const words = [
      answer === 'unknown' ? 'no answer here' : answer + saying(reason),
      member === me && 'this member',
    ].filter(Boolean)
    return html`<tr><td class="time">${member}</td><td class="id">${peerId}</td>${hasRoles && html`<td class="what">${role}</td>`}<td class="what">${words.join(', ')}</td></tr>`
  })
  const table = html`<table class="facts members"><thead><tr><th class="time" scope="col">no.</th><th scope="col">peer id</th>${hasRoles && html`<th scope="col">role</th>`}<th scope="col">answer</th></tr></thead><tbody>${body}</tbody></table>`
  if (members.length <= rowsOpenMax) return html`<div class="sheet">${table}</div>`
  return html`<details class="sheet"><summary>${members.length} members</summary>${table}</details>`
}

function ids({ room, round, attempts }: Account): Html {
  return html`<div class="sheet"><dl><dt>room</dt><dd class="hash">${room}</dd>
${round !== undefined && html`<dt>round</dt><dd class="hash">${round}</dd>`}
${attempts.map(({ number, id }) => html`<dt>attempt ${number}</dt><dd class="hash">${id}</dd>`)}</dl></div>`
}
