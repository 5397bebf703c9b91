// Velocity as mapping templates use it: text, references, `#set`, `#if` and `#foreach`, read into functions. What is not
// here throws TemplateProblem while it is read.
// https://velocity.apache.org/engine/1.7/user-guide.html

import { own } from './own.ts'
import { type Expression, type Frame, literalText, type Render, TemplateProblem } from './velocity-frame.ts'
import { type FirstStep, ROOTS } from './velocity-roots.ts'
import { entriesOf, entryOf, isTrue, METHODS, OPERATORS, textOf, type Value } from './velocity-value.ts'

const DIRECTIVE = /#(?:\{(?<braced>[a-z]+)\}|(?<plain>[a-z]+))/
const UNSERVED = /^(?:define|macro|parse|include|break|stop|evaluate)$/
const REFERENCE = /\$!?(?<brace>\{?)(?<name>[A-Za-z_][\w-]*)/
const OVERRIDE = /\$\{?context\.responseOverride\.(?<name>status|header\.[\w-]+)\}?/
/** AWS's limit of one loop. */
const LONGEST_LOOP = 1000

export class VelocityReader {
  readonly #text: string
  #at = 0
  /** Names that the template sets; others are text. */
  readonly #variables = new Set<string>()

  constructor(text: string) {
    this.#text = text
  }

  /** The whole text. */
  read(): Render {
    const { render, ended } = this.#block()
    if (ended !== undefined) throw new TemplateProblem(`#${ended} belongs to nothing`)
    return render
  }

  /** Text up to its own `#end`, `#else` or `#elseif`, which is read, or to the end. */
  #block(): { readonly render: Render; readonly ended?: string } {
    const parts: Render[] = []
    const render: Render = (frame) => parts.map((part) => part(frame)).join('')
    while (this.#at < this.#text.length) {
      const plain = this.#match(/[^$#]+/)?.[0]
      if (plain !== undefined) parts.push(() => plain)
      else if (this.#match(/##.*(?:\n|$)|#\*[\s\S]*?\*#/)) continue
      else if (this.#text[this.#at] === '#') {
        const ended = this.#directive(parts)
        if (ended !== undefined) return { render, ended }
      } else parts.push(this.#referenceOrText())
    }
    return { render }
  }

  /** The name of a directive that ends the block; else what it does is added. */
  #directive(parts: Render[]): string | undefined {
    const { braced, plain } = this.#match(DIRECTIVE)?.groups ?? {}
    const name = braced ?? plain ?? ''
    if (name === 'end' || name === 'else' || name === 'elseif') {
      if (name !== 'elseif') this.#match(/[ \t]*\n/)
      return name
    }
    if (name === 'set') parts.push(this.#set())
    else if (name === 'if') parts.push(this.#if())
    else if (name === 'foreach') parts.push(this.#foreach())
    else if (UNSERVED.test(name)) throw new TemplateProblem(`the directive #${name} is not served by Postern`)
    else {
      const text = name === '' ? this.#next() : `#${name}`
      parts.push(() => text)
    }
    return undefined
  }

  #set(): Render {
    this.#require(/\s*\(\s*/, '#set wants a parenthesis')
    const override = this.#match(OVERRIDE)?.groups?.name
    const name = override ?? this.#require(REFERENCE, '#set wants a variable').groups?.name ?? ''
    this.#match(/\}/)
    this.#require(/\s*=\s*/, `#set wants = after $${name}`)
    const value = this.#expression()
    this.#require(/\s*\)(?:[ \t]*\n)?/, '#set wants a parenthesis at its end')
    if (override === undefined) this.#variables.add(name)
    return (frame) => {
      const found = value(frame)
      if (override === undefined) frame.variables.set(name, found)
      else frame.overrides.set(override, textOf(found))
      return ''
    }
  }

  #if(): Render {
    this.#require(/\s*\(/, '#if wants a parenthesis')
    const condition = this.#expression()
    this.#require(/\s*\)(?:[ \t]*\n)?/, '#if wants a parenthesis at its end')
    const { render, ended } = this.#block()
    if (ended === undefined) throw new TemplateProblem('#if has no #end')
    const otherwise = ended === 'end' ? () => '' : ended === 'elseif' ? this.#if() : this.#else()
    return (frame) => (isTrue(condition(frame)) ? render(frame) : otherwise(frame))
  }

  #else(): Render {
    const { render, ended } = this.#block()
    if (ended !== 'end') throw new TemplateProblem('#else has no #end')
    return render
  }

  #foreach(): Render {
    this.#require(/\s*\(\s*/, '#foreach wants a parenthesis')
    const name = this.#require(REFERENCE, '#foreach wants a variable').groups?.name ?? ''
    this.#match(/\}/)
    this.#require(/\s+in\s+/, '#foreach wants in')
    const list = this.#expression()
    this.#require(/\s*\)(?:[ \t]*\n)?/, '#foreach wants a parenthesis at its end')
    for (const one of [name, 'foreach', 'velocityCount']) this.#variables.add(one)
    const { render, ended } = this.#block()
    if (ended !== 'end') throw new TemplateProblem('#foreach has no #end')
    return (frame) => eachOf(frame, name, entriesOf(list(frame)).slice(0, LONGEST_LOOP), render)
  }

  /** A name that the template does not know is text, dollar sign and all. */
  #referenceOrText(): Render {
    const start = this.#at
    const { brace, name = '' } = this.#match(REFERENCE)?.groups ?? {}
    if (!Object.hasOwn(ROOTS, name) && !this.#variables.has(name)) {
      this.#at = start
      const text = this.#next()
      return () => text
    }
    const value = this.#reference(name)
    if (brace === '{') this.#require(/\}/, `$\{${name} has no brace at its end`)
    return (frame) => textOf(value(frame))
  }

  /** What comes after the name. */
  #reference(name: string): Expression {
    const root = own(ROOTS, name)
    let value: Expression = root ? root(this.#firstStep(name)) : (frame) => frame.variables.get(name)
    for (;;) {
      const { method, member } = this.#match(/\.(?:(?<method>[A-Za-z_]\w*)\(|(?<member>[A-Za-z_][\w-]*))/)?.groups ?? {}
      const holder = value
      if (method !== undefined) {
        const call = own(METHODS, method)
        if (!call) throw new TemplateProblem(`the method ${method} is not served by Postern`)
        const args = this.#arguments()
        value = (frame) => call(holder(frame), ...args.map((one) => one(frame)))
      } else if (member !== undefined) value = (frame) => entryOf(holder(frame), member)
      else if (this.#match(/\[(?=['"$\d])/)) {
        const key = this.#expression()
        this.#require(/\s*\]/, 'a bracket has no end')
        value = (frame) => entryOf(holder(frame), key(frame))
      } else return value
    }
  }

  /** The members, or the method with its arguments, by which a root is entered. */
  #firstStep(root: string): FirstStep {
    const method = this.#match(/\.(?<name>[A-Za-z_]\w*)\(/)?.groups?.name
    if (method !== undefined) return { root, names: [], method, args: this.#arguments() }
    const names: string[] = []
    const step = /\.(?<name>[A-Za-z_][\w-]*)(?![\w(-])|\[(?<quote>['"])(?<quoted>[^'"]*)\k<quote>\]/
    for (let found = this.#match(step); found; found = this.#match(step)) {
      names.push(found.groups?.name ?? found.groups?.quoted ?? '')
      // Only names in the context have more parts than one.
      if (root !== 'context') break
    }
    return { root, names, args: [] }
  }

  #arguments(): Expression[] {
    const args: Expression[] = []
    while (!this.#match(/\s*\)/)) {
      args.push(this.#expression())
      if (!this.#match(/\s*,/) && !/^\s*\)/.test(this.#text.slice(this.#at))) {
        throw new TemplateProblem('arguments have no end')
      }
    }
    return args
  }

  #expression(level = 0): Expression {
    const operators = OPERATORS[level]
    if (!operators) return this.#operand()
    let left = this.#expression(level + 1)
    for (;;) {
      const start = this.#at
      this.#match(/\s*/)
      const symbol = Object.keys(operators).find((one) => this.#text.startsWith(one, this.#at))
      const operator = symbol === undefined ? undefined : own(operators, symbol)
      if (symbol === undefined || !operator) {
        this.#at = start
        return left
      }
      this.#at += symbol.length
      const [before, right] = [left, this.#expression(level + 1)]
      left = (frame) => operator(before(frame), right(frame))
    }
  }

  #operand(): Expression {
    this.#match(/\s*/)
    const number = this.#match(/-?\d+(?:\.\d+)?/)?.[0]
    if (number !== undefined) return () => Number(number)
    const word = this.#match(/(?:true|false|null)\b/)?.[0]
    if (word !== undefined) return () => JSON.parse(word)
    const literal = this.#match(/'(?<text>[^']*)'/)?.groups
    if (literal) return literalText(literal.text ?? '')
    const template = this.#match(/"(?<text>[^"]*)"/)?.groups
    if (template) return this.#interpolated(template.text ?? '')
    if (this.#match(/!/)) {
      const negated = this.#operand()
      return (frame) => !isTrue(negated(frame))
    }
    if (this.#match(/\(/)) {
      const inner = this.#expression()
      this.#require(/\s*\)/, 'a parenthesis has no end')
      return inner
    }
    const { brace, name } = this.#require(REFERENCE, 'an expression is expected').groups ?? {}
    const value = this.#reference(name ?? '')
    if (brace === '{') this.#require(/\}/, 'a brace has no end')
    return value
  }

  /** In double quotes references count. */
  #interpolated(text: string): Expression {
    if (!/[$][!{A-Za-z]|#/.test(text)) return literalText(text)
    const inner = new VelocityReader(text)
    for (const name of this.#variables) inner.#variables.add(name)
    return inner.read()
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(pattern.source, 'y')
    sticky.lastIndex = this.#at
    const found = sticky.exec(this.#text)
    if (!found) return undefined
    this.#at += found[0].length
    return found
  }

  #require(pattern: RegExp, why: string): RegExpExecArray {
    const found = this.#match(pattern)
    if (found) return found
    throw new TemplateProblem(`${why}, at "${this.#text.slice(this.#at, this.#at + 30)}"`)
  }

  #next(): string {
    return this.#text[this.#at++] ?? ''
  }
}

function eachOf(frame: Frame, name: string, entries: readonly Value[], render: Render): string {
  return entries
    .map((entry, index) => {
      // Loops in loops must end, too.
      if (--frame.rounds < 0) throw new RangeError('the loops of a template have too many rounds')
      const last = index === entries.length - 1
      const foreach = { index, count: index + 1, first: index === 0, last, hasNext: !last }
      frame.variables
        .set(name, entry)
        .set('foreach', foreach)
        .set('velocityCount', index + 1)
      return render(frame)
    })
    .join('')
}
