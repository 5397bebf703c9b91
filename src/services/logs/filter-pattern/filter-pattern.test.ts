import { describe, expect, it } from 'vitest'
import { parseFilterPattern } from './filter-pattern.ts'

const LINE = '10.0.1.5 ann [21/Nov/2026:10:00:00 +0000] "GET /index.html HTTP/1.1" 404 512'
const EVENT = JSON.stringify({
  eventType: 'UpdateTrail',
  count: 4,
  ok: true,
  nothing: null,
  ip: '10.0.1.5',
  'with space': 'x',
  list: [{ id: 7 }, 'second'],
  user: { name: 'ann', id: '12' },
})

describe('terms', () => {
  it.each([
    ['no pattern takes all', '', 'anything', true],
    ['a term', 'ERROR', '[ERROR 400] BAD REQUEST', true],
    ['case counts', 'error', '[ERROR 400]', false],
    ['all terms', 'ERROR ARGUMENTS', 'ERROR with ARGUMENTS', true],
    ['all terms: one is missing', 'ERROR ARGUMENTS', 'ERROR', false],
    ['a phrase', '"INTERNAL SERVER ERROR"', '500 INTERNAL SERVER ERROR', true],
    ['a phrase is one piece', '"SERVER INTERNAL"', '500 INTERNAL SERVER ERROR', false],
    ['a phrase with a quote in it', '"say \\"hi\\""', 'they say "hi"', true],
    ['one of the options', '?ERROR ?WARN', 'a WARN', true],
    ['none of the options', '?ERROR ?WARN', 'INFO', false],
    ['an exclusion', 'ERROR -EXITING', 'ERROR EXITING', false],
    ['an exclusion alone', '-EXITING', 'ERROR', true],
    ['an excluded phrase', 'ERROR -"with this"', 'ERROR with this', false],
    ['options beside a term mean nothing', 'ERROR ?WARN', 'ERROR', true],
  ])('%s', (_rule, pattern, message, wanted) => {
    expect(parseFilterPattern(pattern)(message)).toBe(wanted)
  })
})

describe('{ JSON }', () => {
  it.each([
    ['text', '{ $.eventType = "UpdateTrail" }', true],
    ['a word without quotes', '{ $.eventType = UpdateTrail }', true],
    ['other text', '{ $.eventType = "Other" }', false],
    ['not that text', '{ $.eventType != "Other" }', true],
    ['a star', '{ $.ip = 10.0.* }', true],
    ['stars around', '{ $.eventType = "*date*" }', true],
    ['a number', '{ $.count = 4 }', true],
    ['greater', '{ $.count > 3.5 }', true],
    ['less', '{ $.count < 4 }', false],
    ['at least', '{ $.count >= 4e0 }', true],
    ['a number in quotes', '{ $.user.id = 12 }', true],
    ['a member of a member', '{ $.user.name = "ann" }', true],
    ['an element', '{ $.list[0].id = 7 }', true],
    ['another element', '{ $.list[1] = "second" }', true],
    ['a name in quotes', '{ $["with space"] = "x" }', true],
    ['is true', '{ $.ok IS TRUE }', true],
    ['is false', '{ $.ok is false }', false],
    ['is null', '{ $.nothing IS NULL }', true],
    ['null is there', '{ $.nothing NOT EXISTS }', false],
    ['not there', '{ $.other NOT EXISTS }', true],
    ['not of its own', '{ $.constructor NOT EXISTS }', true],
    ['and', '{ $.count = 4 && $.ok IS TRUE }', true],
    ['and with a wrong one', '{ $.count = 4 && $.ok IS FALSE }', false],
    ['or', '{ $.count = 5 || $.user.name = "ann" }', true],
    ['and binds more than or', '{ $.count = 5 && $.ok IS TRUE || $.ip = "10.0.1.5" }', true],
    ['parentheses', '{ $.count = 5 && ($.ok IS TRUE || $.ip = "10.0.1.5") }', false],
    ['a missing member matches no comparison', '{ $.other != "x" }', false],
  ])('%s', (_rule, pattern, wanted) => {
    expect(parseFilterPattern(pattern)(EVENT)).toBe(wanted)
  })

  it('what is no JSON never matches', () => {
    expect(parseFilterPattern('{ $.a NOT EXISTS }')('plain')).toBe(false)
    expect(parseFilterPattern('{ $.a NOT EXISTS }')('{"torn')).toBe(false)
  })
})

describe('[ fields ]', () => {
  it.each([
    ['names only: the number of fields', '[ip, user, time, request, status, bytes]', true],
    ['too few names', '[ip, user, time]', false],
    ['a comparison', '[ip, user, time, request, status = 404, bytes]', true],
    ['a star', '[ip, user, time, request, status = 4*, bytes > 500]', true],
    ['a failed comparison', '[ip, user, time, request, status = 4*, bytes > 600]', false],
    ['any number of fields before', '[..., status = 4*, bytes]', true],
    ['any number of fields after', '[ip = 10.0.1.*, ...]', true],
    ['in the middle', '[ip, ..., status = 200, bytes]', false],
    ['either', '[..., status = 404 || status = 410, bytes]', true],
    ['both', '[..., status >= 400 && status < 404, bytes]', false],
    ['a quoted value', '[ip, user, time, request = "GET *", ...]', true],
  ])('%s', (_rule, pattern, wanted) => {
    expect(parseFilterPattern(pattern)(LINE)).toBe(wanted)
  })
})

describe('what is no pattern', () => {
  it.each([
    ['a character that wants quotes', 'a.b', "Invalid character(s) in term 'a.b'"],
    ['a quote that does not end', '"open', 'Invalid filter pattern'],
    ['a regular expression', '%AUTHORIZED%', 'Invalid filter pattern: Postern matches no regular expressions'],
    ['a regular expression in JSON', '{ $.a = %b% }', 'Invalid filter pattern: Postern matches no regular expressions'],
    ['no condition', '{ }', 'Invalid filter pattern: } is no property selector'],
    ['half a condition', '{ $.a = }', 'Invalid filter pattern'],
    ['an open brace', '{ $.a = 1', 'Invalid filter pattern'],
    ['text that is compared by size', '{ $.a > "b" }', 'Invalid filter pattern: > compares numbers only'],
    ['an open bracket', '[a, b', 'Invalid filter pattern'],
    ['too long', 'x'.repeat(1025), 'The filter pattern has more than 1024 characters'],
  ])('%s', (_rule, pattern, message) => {
    expect(() => parseFilterPattern(pattern)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterException', message }),
    )
  })
})
