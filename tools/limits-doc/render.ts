// docs/limits.md from the literal of defaults in core's options.ts: what a limit is for is said there, in its comment, and
// nowhere else.

export interface LimitGroup {
  /** Name and default, in the order of the source. */
  readonly limits: readonly (readonly [name: string, value: number])[]
  /** The comment that stands above them. */
  readonly purpose: string
}

const opening = `# Limits

Made by \`npm run docs\` from \`packages/core/src/options.ts\`; do not edit it by hand.

Every limit is an option of \`createCoordinator({ limits: { … } })\`, finite, a whole number from 1 up; zero never means
unlimited. The names end in what they count: \`Bytes\`, \`Ms\` (milliseconds), \`PerSecond\`; a \`Burst\` is how much may come at once.
What strangers may cost in all is worked out in [the decision about guards](adr/0011-guards.md).

| limit | default | what it bounds |
|---|---|---|
`

/** Reads the literal \`defaultLimits\`. Throws where a line of it is neither a comment nor a limit, or a limit has no comment. */
export function readLimits(source: string): LimitGroup[] {
  const literal = /export const defaultLimits = \{\n([\s\S]*?)\n\} as const/.exec(source)?.[1]
  if (literal === undefined) throw new Error('options.ts has no literal defaultLimits')
  const groups: { limits: (readonly [string, number])[]; purpose: string }[] = []
  const part = /\s*(?:\/\*\*([\s\S]*?)\*\/|(\w+): ([\d_]+),)/y
  while (part.lastIndex < literal.length) {
    const at = part.lastIndex
    const [whole, comment, name, value] = part.exec(literal) ?? []
    if (whole === undefined)
      throw new Error(`neither a comment nor a limit: ${literal.slice(at).trim().split('\n')[0]}`)
    if (comment !== undefined) groups.push({ limits: [], purpose: plainText(comment) })
    else if (name !== undefined && value !== undefined) {
      const group = groups.at(-1)
      if (group === undefined) throw new Error(`${name} has no comment`)
      group.limits.push([name, Number(value.replaceAll('_', ''))])
    }
  }
  return groups
}

export function renderLimits(groups: readonly LimitGroup[]): string {
  const rows = groups.map(({ limits, purpose }) => {
    const names = limits.map(([name]) => `\`${name}\``).join('<br>')
    const values = limits.map(([, value]) => value.toLocaleString('en')).join('<br>')
    return `| ${names} | ${values} | ${purpose.replaceAll('|', '\\|')} |\n`
  })
  return opening + rows.join('')
}

function plainText(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*\s?/, '').trim())
  return lines.join(' ').trim()
}
